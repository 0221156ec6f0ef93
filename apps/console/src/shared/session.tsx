import type { Permission } from '@quanshu/contract'
import { createContext, type ReactNode, useContext } from 'react'
import type { Output } from './api/contract.ts'

/** The person at the keyboard, as the server describes them. */
export type Me = Output<'identity.getMe'>

const MeContext = createContext<Me | undefined>(undefined)

export function MeProvider({ me, children }: { readonly me: Me; readonly children: ReactNode }) {
  return <MeContext value={me}>{children}</MeContext>
}

/** @returns the signed-in person; only screens behind the sign-in may ask. */
export function useMe(): Me {
  const me = useContext(MeContext)
  if (!me) throw new Error('useMe outside of a signed-in screen')
  return me
}

/** Whether the person may do something. The server asks again anyway. */
export function useMay(): (permission: Permission | undefined) => boolean {
  const { permissions } = useMe()
  return (permission) => permission === undefined || permissions.includes(permission)
}
