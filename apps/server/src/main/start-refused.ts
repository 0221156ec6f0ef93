/** Quanshu cannot start here, and a person can do something about it. The message is one or two sentences, shown alone. */
export class StartRefused extends Error {
  override readonly name = 'StartRefused'
}
