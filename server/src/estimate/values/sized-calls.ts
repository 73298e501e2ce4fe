/** Calls whose result has the elements of their first argument. */
export const passThrough: ReadonlySet<string> = new Set([
  "builtins.list",
  "builtins.tuple",
  "builtins.sorted",
  "builtins.reversed",
  "builtins.set",
  "builtins.iter",
  "builtins.enumerate",
  "builtins.dict",
  "builtins.memoryview",
  "copy.copy",
  "copy.deepcopy",
  "numpy.array",
  "numpy.asarray",
  "torch.tensor",
  "torch.as_tensor",
]);

/** Calls that tell how many cores there are. */
export const coreCounts: ReadonlySet<string> = new Set([
  "os.cpu_count",
  "os.process_cpu_count",
  "multiprocessing.cpu_count",
  "psutil.cpu_count",
  "joblib.cpu_count",
  "loky.cpu_count",
]);

/** Calls that make bytes of the number or of the value that they are given. */
export const sizedByArgument: ReadonlySet<string> = new Set([
  "builtins.bytes",
  "builtins.bytearray",
  "os.urandom",
  "random.randbytes",
  "secrets.token_bytes",
]);

/** Calls whose result has an element for each one of their first argument. */
export const elementwise =
  /^numpy\.(exp|log|log2|log10|sin|cos|tan|sqrt|abs|absolute|square|power|add|subtract|multiply|divide|maximum|minimum|tanh|clip|where)$/;

/** Methods whose result is as long as the object. */
export const sameLength: ReadonlySet<string> = new Set([
  "items",
  "keys",
  "values",
  "copy",
  "encode",
  "decode",
  "upper",
  "lower",
  "astype",
  "tolist",
  "getvalue",
]);
