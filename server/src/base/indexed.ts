/** Made once of each list or other object, for as long as that lives: functions can have thousands of calls, and be asked about each of them. */
export function indexed<List extends object, Index extends object>(make: (list: List) => Index): (list: List) => Index {
  const known = new WeakMap<List, Index>();
  return (list) => {
    const before = known.get(list);
    if (before) return before;
    const index = make(list);
    known.set(list, index);
    return index;
  };
}
