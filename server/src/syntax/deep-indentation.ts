/**
 * More different indentations than that may be more than the parser's scanner can write down: it has 1,024 bytes, two for each open block, one for each
 * open quote (255 at most), and with an odd number of quotes it writes one past the end, which damages the memory of all later texts. CPython allows
 * 100 levels (`MAXINDENT` in its tokenizer).
 */
const mostIndentations = 383;

/** No line that is shorter than this can be indented by so many columns; a tab goes to the next multiple of eight. */
const deepLine = new RegExp(`^[ \\t\\f]{${Math.ceil(mostIndentations / 8)}}`, "m");

/** Whether blocks may be nested deeper than any Python is: each open block has an indentation of its own. */
export function mayNestTooDeep(text: string): boolean {
  if (!deepLine.test(text)) return false;
  const widths = new Set<number>();
  for (const [indentation] of text.matchAll(/^[ \t\f]+/gm)) widths.add(widthOf(indentation));
  return widths.size > mostIndentations;
}

function widthOf(indentation: string): number {
  let width = 0;
  for (const character of indentation) width = character === "\f" ? 0 : width + (character === "\t" ? 8 : 1);
  return width;
}
