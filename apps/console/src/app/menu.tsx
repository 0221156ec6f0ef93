import { DownOutlined } from '@ant-design/icons'
import { type ReactNode, useState } from 'react'
import type { Say } from '../shared/i18n/index.ts'
import type { Me } from '../shared/session.tsx'
import { ALL_SCREENS, SCREENS } from './routes.tsx'
import type { Screen } from './screens/screen.ts'
import type { AppTextKey } from './text.ts'

export type MenuEntry = { path: string; name: string; icon?: ReactNode; children?: MenuEntry[] }

const GROUP = 'group:'
/** As many fit on a laptop's screen without scrolling; whoever sees no more has nothing to fold. */
const ENTRIES_IN_SIGHT = 18
/** What most people use every day; the other groups begin folded. */
const OPEN_AT_FIRST: readonly AppTextKey[] = ['groupTrade', 'groupGoods', 'groupVault']
const STORAGE_KEY = 'quanshu.console.groups'

/** What the person may see, in groups. */
export function menuOf({ permissions }: Me, t: Say<AppTextKey>): MenuEntry[] {
  const maySee = ({ permission }: Screen) => permission === undefined || permissions.includes(permission)
  return SCREENS.flatMap(({ text, screens }): MenuEntry[] => {
    const items = screens
      .filter((screen) => screen.icon && maySee(screen))
      .map((screen) => ({ path: screen.path, name: t(screen.text), icon: screen.icon }))
    if (items.length === 0) return []
    return text === undefined ? items : [{ path: GROUP + text, name: t(text), children: items }]
  })
}

/** Details and forms light up the list they belong to. */
export function placeInMenu(pathname: string): string {
  const parts = pathname.split('/')
  const screen = ALL_SCREENS.find(({ path }) => {
    const pattern = path.split('/')
    return (
      pattern.length === parts.length && pattern.every((part, index) => part.startsWith(':') || part === parts[index])
    )
  })
  return screen?.under ?? pathname
}

/**
 * Which groups stand open: as the person left them, on this device. The group of the page in sight is always open, and of a
 * short menu all are.
 */
export function useGroups(menu: readonly MenuEntry[], place: string) {
  const [chosen, setChosen] = useState(readChosen)
  const folds = menu.reduce((sum, { children }) => sum + (children?.length ?? 1), 0) > ENTRIES_IN_SIGHT
  const holdsPlace = (group: MenuEntry) => group.children?.some(({ path }) => path === place) === true
  return {
    folds,
    isOpen: (group: MenuEntry): boolean =>
      !folds || holdsPlace(group) || (chosen[group.path] ?? OPEN_AT_FIRST.some((text) => group.path === GROUP + text)),
    turn: (group: MenuEntry, open: boolean): void => {
      const next = { ...chosen, [group.path]: open }
      setChosen(next)
      localStorage.setItem(STORAGE_KEY, JSON.stringify(next))
    },
  }
}

type Chosen = Readonly<Record<string, boolean>>

function readChosen(): Chosen {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? '{}')
    return typeof kept === 'object' && kept !== null ? (kept as Chosen) : {}
  } catch {
    return {}
  }
}

/** The heading of a group: folds it and shows it again. What waits inside stays in sight while it is folded. */
export function GroupTitle({
  group,
  open,
  onTurn,
  badge,
}: {
  readonly group: MenuEntry
  readonly open: boolean
  readonly onTurn: (open: boolean) => void
  readonly badge: ReactNode
}) {
  return (
    <button type="button" role="menuitem" className="menu-group" aria-expanded={open} onClick={() => onTurn(!open)}>
      <span>{group.name}</span>
      {!open && badge}
      <DownOutlined className="menu-group-arrow" />
    </button>
  )
}
