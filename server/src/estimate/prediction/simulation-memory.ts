/**
 * What was simulated before, by everything that the outcome depends on: after an edit, most sites ask for what they asked for before it, and
 * sites with the same work share it. Bounded; the oldest entries go first.
 */
export class SimulationMemory {
  private readonly outcomes = new Map<string, Map<string, unknown>>();

  /** What was asked of that demand before, by what was asked. */
  recall<Found>(demanded: string, asked: string, simulateIt: () => Found): Found {
    let known = this.outcomes.get(demanded);
    if (known?.has(asked)) return known.get(asked) as Found;
    const outcome = simulateIt();
    if (!known) {
      if (this.outcomes.size >= mostDemands) this.outcomes.delete(this.outcomes.keys().next().value as string);
      known = new Map();
      this.outcomes.set(demanded, known);
    }
    known.set(asked, outcome);
    return outcome;
  }
}

const mostDemands = 2_000;
