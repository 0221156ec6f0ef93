import type { Permission } from '@quanshu/contract'
import type { ComponentType, ReactNode } from 'react'
import type { AppTextKey } from '../text.ts'

/** A screen of the console. One without `icon` is reached from another one. */
export type Screen = {
  readonly path: string
  readonly text: AppTextKey
  readonly permission?: Permission
  readonly icon?: ReactNode
  /** The list in whose place of the menu a detail or form stands. */
  readonly under?: string
  readonly load: () => Promise<ComponentType>
}
export type ScreenGroup = { readonly text?: AppTextKey; readonly screens: readonly Screen[] }
