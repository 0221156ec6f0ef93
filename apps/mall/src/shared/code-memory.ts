import { tabStorage } from './storage.ts'

const STORAGE_KEY = 'qs.redeem'

/**
 * The code of a link stands behind its `#`, which browsers send to nobody. It is taken out of the address at once, so that it
 * is in no history, screenshot or copied link, and kept in this tab for a reload or a detour to sign in.
 */
export const codeMemory = {
  take(): string {
    const fromLink = decodeURIComponent(location.hash.slice(1)).slice(0, 60)
    if (fromLink === '') return tabStorage.read<string>(STORAGE_KEY) ?? ''
    tabStorage.write(STORAGE_KEY, fromLink)
    history.replaceState(history.state, '', location.pathname + location.search)
    return fromLink
  },
  write: (code: string): void => tabStorage.write(STORAGE_KEY, code),
  forget: (): void => tabStorage.remove(STORAGE_KEY),
}
