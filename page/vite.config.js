import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { defineConfig } from "vite";

// Puts scripts, styles and the notices of the software that they carry into the page and writes it to one file: CRESCENDO_PAGE, or where the sources keep it.
function one_file() {
  let target = "", root = "";
  return {
    name: "one-file",
    enforce: "post",
    configResolved(config) {
      root = config.root;
      target = resolve(config.root, process.env.CRESCENDO_PAGE ?? "../src/report/page.html");
    },
    generateBundle(_, bundle) {
      const files = Object.values(bundle);
      const style = files.filter((file) => file.fileName.endsWith(".css")).map((file) => String(file.source)).join("");
      // The page ends a script at the first "</script", wherever in it that stands.
      const script = files.filter((file) => file.type === "chunk").map((file) => file.code).join("")
        .replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--");
      const page = String(bundle["index.html"].source)
        .replace(/\s*<script type="module"[^>]*><\/script>/, "")
        .replace(/\s*<link rel="(stylesheet|modulepreload)"[^>]*>/g, "")
        .replace("</head>", () => `<style>${style.trim()}</style>\n</head>`)
        .replace("</body>", () => `<script type="module">${script.trim()}</script>\n</body>`);
      const notice = readFileSync(resolve(root, "../NOTICE"), "utf8");
      if (notice.includes("--")) throw new Error("NOTICE holds '--', which ends the comment that it becomes in the page");
      writeFileSync(target, page.replace("</body>\n", () => `</body>\n<!--\n${notice}-->\n`));
      for (const name of Object.keys(bundle)) delete bundle[name];
    },
  };
}

export default defineConfig({
  esbuild: { jsx: "automatic", jsxImportSource: "preact", legalComments: "none" },  // NOTICE has them whole
  build: {
    target: "es2022",
    write: false,
    cssCodeSplit: false,
    assetsInlineLimit: 100_000_000,
    modulePreload: false,
    reportCompressedSize: false,
  },
  plugins: [one_file()],
});
