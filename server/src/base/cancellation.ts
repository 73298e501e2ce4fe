/** Thrown to leave long work once its asker no longer wants it; the border that started the work catches it. */
export class Cancelled extends Error {
  constructor() {
    super("cancelled");
    this.name = "Cancelled";
  }
}
