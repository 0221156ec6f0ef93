import { standstillRoutes } from '@quanshu/contract'
import { handle } from '../platform/http/index.ts'
import type { Module, Platform } from '../platform/module.ts'
import { openStandstill } from '../platform/standstill/index.ts'

/** What staff of every shop are told while the installation stands still. Only the command line begins and ends it. */
export function standstillDesk(platform: Platform): Module {
  return {
    name: 'standstill',
    routes: [
      handle(standstillRoutes.get, async () => {
        const standing = await openStandstill(platform)
        if (!standing) return { standstill: null }
        const { kind, words, restoredTo, since } = standing
        return { standstill: { kind, words, restoredTo, since } }
      }),
    ],
  }
}
