/**
 * Loaded into every API and worker process before the program (`node --import`): lets the torture move that process's
 * wall clock while it runs, as a bad time server would, and ends the process when the torture itself is gone. Nothing of
 * it is in the product. PostgreSQL's clock stays right: what happens is that machines disagree.
 */
const RealDate = globalThis.Date
let offsetMs = 0

const shifted = new Proxy(RealDate, {
  apply: () => new RealDate(RealDate.now() + offsetMs).toString(),
  construct: (target, values, newTarget) =>
    Reflect.construct(target, values.length === 0 ? [target.now() + offsetMs] : values, newTarget),
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
})
const now = (): number => RealDate.now() + offsetMs

process.on('message', (message: unknown) => {
  if (typeof message !== 'object' || message === null || !('clockOffsetMs' in message)) return
  offsetMs = Number(message.clockOffsetMs)
  globalThis.Date = shifted
})
process.on('disconnect', () => process.exit(1))
// Listening must not keep the process alive when it wants to end.
process.channel?.unref()
