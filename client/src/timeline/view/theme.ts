import type { Strategy } from "../../../../server/src/estimate/prediction/prediction.js";
import type { ThreadState } from "../../../../server/src/simulation/timeline.js";

/** How stretches of one state are filled: apart by shape as well as by colour. */
export type Texture = "solid" | "rising" | "falling" | "dots" | "pale" | "line";

/** What canvases are drawn with; read from the editor's theme. */
export interface Theme {
  readonly foreground: string;
  readonly faint: string;
  readonly background: string;
  readonly focus: string;
  readonly font: string;
  readonly states: Readonly<Record<ThreadState, string>>;
  readonly strategies: Readonly<Record<Strategy, string>>;
}

/** The texture of each state: work is solid, each kind of waiting has a pattern of its own, and idleness is a line. */
export const textures: Readonly<Record<ThreadState, Texture>> = {
  running: "solid",
  native: "solid",
  gil: "rising",
  lock: "falling",
  core: "dots",
  io: "pale",
  idle: "line",
};

/** The dashes of each way's curve, in pixels. */
export const dashes: Readonly<Record<Strategy, readonly number[]>> = {
  serial: [],
  threads: [],
  processes: [7, 3],
  subinterpreters: [2, 3],
  "free-threaded": [9, 3, 2, 3],
  asyncio: [1, 4],
};

/** The colours that the editor's theme gives now. */
export function readTheme(): Theme {
  const style = getComputedStyle(document.body);
  const colour = (name: string, otherwise: string): string => style.getPropertyValue(`--gilscope-${name}`).trim() || otherwise;
  const foreground = colour("foreground", style.color);
  return {
    foreground,
    faint: colour("faint", foreground),
    background: colour("background", style.backgroundColor),
    focus: colour("focus", foreground),
    font: `12px ${style.fontFamily}`,
    states: {
      running: colour("running", foreground),
      native: colour("native", foreground),
      gil: colour("gil", foreground),
      lock: colour("lock", foreground),
      core: colour("core", foreground),
      io: colour("io", foreground),
      idle: colour("idle", foreground),
    },
    strategies: {
      serial: foreground,
      threads: colour("threads", foreground),
      processes: colour("processes", foreground),
      subinterpreters: colour("subinterpreters", foreground),
      "free-threaded": colour("free-threaded", foreground),
      asyncio: colour("asyncio", foreground),
    },
  };
}

/** Calls `changed` whenever the editor takes another theme. */
export function followTheme(changed: () => void): void {
  new MutationObserver(changed).observe(document.body, { attributes: true, attributeFilter: ["class", "data-vscode-theme-id"] });
}
