// What the page says when it holds no snapshot: how to give it one.

import { useState } from "preact/hooks";
import { useTheme } from "./theme";

export function Welcome({ on_open, message }: { on_open: (snapshot: unknown) => void; message: string }) {
  useTheme();
  const [said, say] = useState(message);
  const [over, set_over] = useState(false);
  const open = async (file: File | undefined) => {
    if (!file) return;
    try {
      on_open(JSON.parse(await file.text()));
    } catch (error) {
      say(error instanceof SyntaxError ? `${file.name} is no JSON; what 'crescendo snapshot' prints would be.` : (error as Error).message);
    }
  };
  return (
    <main class={`welcome${over ? " over" : ""}`}
          onDragOver={(event) => {
            event.preventDefault();
            set_over(true);
          }}
          onDragLeave={() => set_over(false)}
          onDrop={(event) => {
            event.preventDefault();
            set_over(false);
            void open(event.dataTransfer?.files[0]);
          }}>
      <h1>Crescendo</h1>
      <p>This page shows a search once it is given its snapshot, which <code>crescendo snapshot --storage URL</code> prints: drop the file here, or choose it.</p>
      <label class="file">Snapshot <input type="file" accept=".json,application/json" onChange={(event) => void open((event.target as HTMLInputElement).files?.[0])} /></label>
      {said && <p class="warning" role="alert">{said}</p>}
    </main>
  );
}
