import { chownSync, lstatSync, readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { StartRefused } from '../start-refused.ts'

/** The unprivileged user that PostgreSQL runs as, because it refuses to run as root. */
export type Account = { readonly name: string; readonly uid: number; readonly gid: number }

const PREFERRED = ['postgres', 'nobody', 'daemon']

/**
 * Whom PostgreSQL runs as: undefined means "as we are". As root: the owner of an existing data folder, else one of the
 * system's unprivileged users.
 */
export function chooseAccount(dataFolder: string): Account | undefined {
  if (process.getuid?.() !== 0) return undefined
  const accounts = systemAccounts()
  const owner = statSync(dataFolder, { throwIfNoEntry: false })
  if (owner && owner.uid !== 0) {
    return (
      accounts.find((account) => account.uid === owner.uid) ?? {
        name: String(owner.uid),
        uid: owner.uid,
        gid: owner.gid,
      }
    )
  }
  for (const name of PREFERRED) {
    const account = accounts.find((candidate) => candidate.name === name && candidate.uid !== 0)
    if (account) return account
  }
  throw new StartRefused(
    'PostgreSQL does not run as root and this machine has no unprivileged user (postgres, nobody); start Quanshu as an ordinary user, or set DATABASE_URL.',
  )
}

function systemAccounts(): readonly Account[] {
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n')
  return lines.flatMap((line) => {
    const [name, , uid, gid] = line.split(':')
    return name && uid && gid ? [{ name, uid: Number(uid), gid: Number(gid) }] : []
  })
}

/** True when the account may pass through every folder above `path` (and `path` itself, when it is a folder). */
export function canReach(account: Account, path: string): boolean {
  for (let folder = path; ; folder = dirname(folder)) {
    const stat = statSync(folder, { throwIfNoEntry: false })
    if (stat) {
      const bit = stat.uid === account.uid ? 0o100 : stat.gid === account.gid ? 0o010 : 0o001
      if (!(stat.mode & bit)) return false
    }
    if (folder === dirname(folder)) return true
  }
}

/** Gives a folder made by root to the account. */
export function giveTo(account: Account | undefined, path: string): void {
  if (account && lstatSync(path).uid !== account.uid) chownSync(path, account.uid, account.gid)
}
