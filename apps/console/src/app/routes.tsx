import { goods } from './screens/goods.tsx'
import { home } from './screens/home.tsx'
import { money } from './screens/money.tsx'
import { own } from './screens/own.tsx'
import { people } from './screens/people.tsx'
import type { Screen, ScreenGroup } from './screens/screen.ts'
import { supply } from './screens/supply.tsx'
import { system } from './screens/system.tsx'
import { trade } from './screens/trade.tsx'
import { vault } from './screens/vault.tsx'
import { workspace } from './screens/workspace.tsx'

/** Every screen of the console, in the order of the menu. A new one stands in the file of its group. */
export const SCREENS: readonly ScreenGroup[] = [
  home,
  trade,
  goods,
  vault,
  supply,
  workspace,
  people,
  money,
  system,
  own,
]

export const ALL_SCREENS: readonly Screen[] = SCREENS.flatMap((group) => group.screens)
