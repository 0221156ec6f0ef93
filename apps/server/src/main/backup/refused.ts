/** A backup or restore that cannot be, and a person can do something about it. The message is shown alone. */
export class BackupRefused extends Error {
  override readonly name = 'BackupRefused'
}
