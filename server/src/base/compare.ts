/** What a comparison of Python says of two numbers or two texts; undefined for operators that compare nothing. */
export function compare<Compared extends number | string>(left: Compared, operator: string, right: Compared): boolean | undefined {
  switch (operator) {
    case "<":
      return left < right;
    case "<=":
      return left <= right;
    case ">":
      return left > right;
    case ">=":
      return left >= right;
    case "==":
      return left === right;
    case "!=":
      return left !== right;
    default:
      return undefined;
  }
}
