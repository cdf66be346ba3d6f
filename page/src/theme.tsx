// Light or dark: as the system says, until the reader chooses. Paper is light.

import { useEffect, useState } from "preact/hooks";

export type Theme = "auto" | "light" | "dark";
const kNext: Record<Theme, Theme> = { auto: "dark", dark: "light", light: "auto" };
const kKey = "crescendo theme";

// Pages from disk may be refused storage; then the choice lasts as long as the page.
function stored(): Theme {
  try {
    const theme = localStorage.getItem(kKey);
    return theme === "light" || theme === "dark" ? theme : "auto";
  } catch {
    return "auto";
  }
}

export function useTheme(printing = false): [boolean, Theme, (theme: Theme) => void] {
  const [theme, set_theme] = useState(stored);
  const [system_dark, set_system_dark] = useState(() => matchMedia("(prefers-color-scheme: dark)").matches);
  useEffect(() => {
    const query = matchMedia("(prefers-color-scheme: dark)");
    const changed = () => set_system_dark(query.matches);
    query.addEventListener("change", changed);
    return () => query.removeEventListener("change", changed);
  }, []);
  const dark = !printing && (theme === "auto" ? system_dark : theme === "dark");
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  const choose = (next: Theme) => {
    set_theme(next);
    try {
      localStorage.setItem(kKey, next);
    } catch {
      // As above.
    }
  };
  return [dark, theme, choose];
}

export function ThemeSwitch({ theme, on_change }: { theme: Theme; on_change: (theme: Theme) => void }) {
  return (
    <button type="button" class="quiet theme" onClick={() => on_change(kNext[theme])} aria-label={`Colours: ${theme}; change to ${kNext[theme]}`}>
      {theme === "auto" ? "◐ auto" : theme === "dark" ? "● dark" : "○ light"}
    </button>
  );
}
