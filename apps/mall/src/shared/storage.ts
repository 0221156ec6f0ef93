/** The session's memory of this tab; storage may be forbidden or full, and nothing here is worth failing for. */
export const tabStorage = {
  read<T>(key: string): T | undefined {
    try {
      const text = sessionStorage.getItem(key)
      return text === null ? undefined : (JSON.parse(text) as T)
    } catch {
      return undefined
    }
  },
  write(key: string, value: unknown): void {
    try {
      sessionStorage.setItem(key, JSON.stringify(value))
    } catch {
      // Forbidden or full.
    }
  },
  remove(key: string): void {
    try {
      sessionStorage.removeItem(key)
    } catch {
      // Forbidden.
    }
  },
}
