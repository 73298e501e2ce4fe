/** A zero-based place in a text: `column` counts UTF-16 code units, as LSP does by default. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Translates between offsets and lines of one text. Line ends are LF, CRLF and CR, as in LSP. */
export class LineIndex {
  private readonly starts: Uint32Array;

  constructor(private readonly text: string) {
    // Most texts have no CR, and the engine finds what stands far apart faster than one character after the other.
    if (text.includes("\r")) {
      this.starts = Uint32Array.from([0, ...text.matchAll(/\r\n?|\n/g)], (end) =>
        typeof end === "number" ? end : end.index + end[0].length,
      );
      return;
    }
    // Counted first, because each keystroke makes one of these, and a list that grows leaves several times its size to be collected.
    let count = 1;
    for (let i = text.indexOf("\n"); i !== -1; i = text.indexOf("\n", i + 1)) count++;
    this.starts = new Uint32Array(count);
    for (let i = text.indexOf("\n"), line = 1; i !== -1; i = text.indexOf("\n", i + 1)) this.starts[line++] = i + 1;
  }

  /** How many lines the text has; a text that ends in a line end counts the empty line after it. */
  get lineCount(): number {
    return this.starts.length;
  }

  /** The place of an offset; offsets outside the text are clamped. */
  position(offset: number): Position {
    const wanted = Math.max(0, Math.min(offset, this.text.length));
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.starts[middle] as number) <= wanted) low = middle;
      else high = middle - 1;
    }
    return { line: low, column: wanted - (this.starts[low] as number) };
  }

  /** The offset of a place; lines and columns outside the text are clamped. */
  offset(position: Position): number {
    if (position.line < 0) return 0;
    const start = this.starts[position.line];
    if (start === undefined) return this.text.length;
    const next = this.starts[position.line + 1] ?? this.text.length + 1;
    return Math.min(start + Math.max(0, position.column), next - 1);
  }

  /** The text of a zero-based line without its line end. */
  line(line: number): string {
    const start = this.starts[line];
    if (start === undefined) return "";
    return this.text.slice(start, this.starts[line + 1] ?? this.text.length).replace(/[\r\n]+$/, "");
  }
}
