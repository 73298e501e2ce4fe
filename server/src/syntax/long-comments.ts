/** The scanner looks past all comments in a row for where a block ends, and does so again at each of them; so many cost nothing yet. */
const mostInARow = 100;

/**
 * The text with spaces for what stands on lines of comments in rows that would keep the parser busy, as of code that was commented out by the
 * thousand. Their first lines stay, and all offsets.
 */
export function withoutLongComments(text: string): string {
  const pieces: string[] = [];
  let taken = 0;
  let row = 0;
  for (let start = 0; start < text.length; ) {
    const found = text.indexOf("\n", start);
    const end = found === -1 ? text.length : found;
    if (isComment(text, start, end)) {
      row++;
      // In a long string, which looks like them, quotes end it.
      if (row > mostInARow && !/"""|'''/.test(text.slice(start, end))) {
        pieces.push(text.slice(taken, start), " ".repeat(end - start));
        taken = end;
      }
    } else row = 0;
    start = end + 1;
  }
  return taken === 0 ? text : pieces.join("") + text.slice(taken);
}

function isComment(text: string, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    const character = text[i];
    if (character !== " " && character !== "\t") return character === "#";
  }
  return false;
}
