# fix: cpu-bound-in-thread
# safety: unsafe
# before: 1 process: (.*)
# after: [2-9] processes: (.*)
import helper

results = helper.run([4] * 8)
count = len({pid for pid, _ in results})
print(count, "process:" if count == 1 else "processes:", sum(total for _, total in results))
