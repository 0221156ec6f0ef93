const STORAGE_KEY = 'qs.member'

/** Whether this browser was signed in when last asked. The session's cookie is hidden from scripts, as it should be. */
export const memberHint = {
  read(): boolean {
    try {
      return localStorage.getItem(STORAGE_KEY) === '1'
    } catch {
      return true
    }
  },
  write(signedIn: boolean): void {
    try {
      if (signedIn) localStorage.setItem(STORAGE_KEY, '1')
      else localStorage.removeItem(STORAGE_KEY)
    } catch {
      // Storage may be forbidden; then the server is asked.
    }
  },
}
