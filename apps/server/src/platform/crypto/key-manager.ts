/**
 * Who holds the master keys. The default keeps them in a file (`file-key-manager.ts`); a KMS or HSM is another
 * implementation of these few words.
 */
export type KeyManager = {
  /** Wraps a data key under the current master key. */
  readonly wrap: (plain: Buffer) => Promise<{ readonly keyId: string; readonly wrapped: Buffer }>
  /** Unwraps with the master key of that id. @throws KeyFileError when the key is not there. */
  readonly unwrap: (keyId: string, wrapped: Buffer) => Promise<Buffer>
  /** The id of the master key that `wrap` uses now. */
  readonly currentKeyId: () => Promise<string>
  /** Makes a new master key and lets `wrap` use it from now on; the older ones still unwrap. */
  readonly rotate: () => Promise<void>
}

/** The keys cannot be used. The message is one sentence that tells the operator what to do. */
export class KeyFileError extends Error {
  override readonly name = 'KeyFileError'
}
