import type { ThreadState } from "../../../../server/src/simulation/timeline.js";
import { type Texture, type Theme, textures } from "./theme.js";

/** Fills stretches of lanes; made anew for each theme and each density of pixels. */
export interface Fill {
  /** Fills a rectangle as a stretch of that state looks, in CSS pixels. */
  draw(context: CanvasRenderingContext2D, state: ThreadState, x: number, y: number, width: number, height: number): void;
}

export function createFill(theme: Theme, density: number): Fill {
  const patterns = new Map<ThreadState, CanvasPattern | string>();
  const patternOf = (context: CanvasRenderingContext2D, state: ThreadState): CanvasPattern | string => {
    const known = patterns.get(state);
    if (known !== undefined) return known;
    const made = createPattern(context, textures[state], theme.states[state], density);
    patterns.set(state, made);
    return made;
  };
  return {
    draw(context, state, x, y, width, height) {
      if (textures[state] === "line") {
        context.fillStyle = theme.states[state];
        context.fillRect(x, y + height / 2 - 0.5, width, 1);
        return;
      }
      context.fillStyle = patternOf(context, state);
      context.fillRect(x, y, width, height);
    },
  };
}

/** Patterns are made of real pixels, so that they are crisp; the canvas draws them as they are. */
function createPattern(context: CanvasRenderingContext2D, texture: Texture, colour: string, density: number): CanvasPattern | string {
  if (texture === "solid") return colour;
  const size = Math.round(6 * density);
  const tile = document.createElement("canvas");
  tile.width = size;
  tile.height = size;
  const inner = tile.getContext("2d");
  if (!inner) return colour;
  inner.globalAlpha = texture === "pale" ? 0.3 : 0.28;
  inner.fillStyle = colour;
  inner.fillRect(0, 0, size, size);
  inner.globalAlpha = 1;
  inner.strokeStyle = colour;
  inner.lineWidth = 1.5 * density;
  inner.beginPath();
  for (const shift of [-size, 0, size]) {
    if (texture === "rising") {
      inner.moveTo(shift - 1, size + 1);
      inner.lineTo(shift + size + 1, -1);
    } else if (texture === "falling") {
      inner.moveTo(shift - 1, -1);
      inner.lineTo(shift + size + 1, size + 1);
    }
  }
  inner.stroke();
  if (texture === "dots") inner.fillRect(size / 4, size / 4, size / 3, size / 3);
  const pattern = context.createPattern(tile, "repeat");
  pattern?.setTransform(new DOMMatrix().scale(1 / density));
  return pattern ?? colour;
}
