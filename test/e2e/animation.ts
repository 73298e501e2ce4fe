/** A picture of an animation, and how long it is shown, in milliseconds. */
export interface Frame {
  readonly png: Buffer;
  readonly milliseconds: number;
}

/**
 * Pictures of one size as an animated PNG (PNG specification, third edition, "Animation information"): the chunks of the first stay, those of
 * the others become frames. What cannot show it shows the first picture.
 */
export function animated(frames: readonly Frame[]): Buffer {
  const [first] = frames;
  if (!first) throw new Error("an animation has frames");
  const header = chunksOf(first.png).find(({ type }) => type === "IHDR");
  if (!header) throw new Error("the first picture is no PNG");
  const numbers = (...values: readonly number[]): Buffer => {
    const bytes = Buffer.alloc(values.length * 4);
    for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, index * 4);
    return bytes;
  };
  const [width, height] = [header.data.readUInt32BE(0), header.data.readUInt32BE(4)];
  let sequence = 0;
  const parts: Buffer[] = [signature, chunk("IHDR", header.data), chunk("acTL", numbers(frames.length, 0))];
  for (const [index, { png, milliseconds }] of frames.entries()) {
    const own = chunksOf(png);
    if (!own.find(({ type }) => type === "IHDR")?.data.equals(header.data)) throw new Error("the pictures differ in size or kind");
    const delay = Buffer.alloc(6);
    delay.writeUInt16BE(Math.round(milliseconds), 0);
    delay.writeUInt16BE(1000, 2);
    parts.push(chunk("fcTL", Buffer.concat([numbers(sequence++, width, height, 0, 0), delay])));
    for (const { type, data } of own) {
      if (type !== "IDAT") continue;
      parts.push(index === 0 ? chunk("IDAT", data) : chunk("fdAT", Buffer.concat([numbers(sequence++), data])));
    }
  }
  parts.push(chunk("IEND", Buffer.alloc(0)));
  return Buffer.concat(parts);
}

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

interface Chunk {
  readonly type: string;
  readonly data: Buffer;
}

function chunksOf(png: Buffer): readonly Chunk[] {
  const chunks: Chunk[] = [];
  for (let at = signature.length; at + 12 <= png.length; ) {
    const length = png.readUInt32BE(at);
    chunks.push({ type: png.toString("latin1", at + 4, at + 8), data: png.subarray(at + 8, at + 8 + length) });
    at += 12 + length;
  }
  return chunks;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const whole = Buffer.alloc(body.length + 8);
  whole.writeUInt32BE(data.length, 0);
  body.copy(whole, 4);
  whole.writeUInt32BE(checksum(body), body.length + 4);
  return whole;
}

/** CRC-32 as PNG and zip have it. */
function checksum(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
