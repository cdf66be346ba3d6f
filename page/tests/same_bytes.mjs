// Builds the page anew beside the kept one and compares their bytes: what is kept is what the sources say.
// Usage: node tests/same_bytes.mjs   in page/, with its packages there

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = new URL("..", import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "crescendo-page-"));
const built = join(folder, "page.html");
try {
  for (const [tool, ...options] of [["typescript/bin/tsc", "--noEmit"], ["vite/bin/vite.js", "build", "--logLevel", "error"]]) {
    execFileSync(process.execPath, [join(root, "node_modules", tool), ...options],
                 { cwd: root, stdio: "inherit", env: { ...process.env, CRESCENDO_PAGE: built } });
  }
  if (!readFileSync(built).equals(readFileSync(new URL("../../src/report/page.html", import.meta.url)))) {
    console.error("src/report/page.html is not what page/ builds; 'make page' writes it anew");
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
