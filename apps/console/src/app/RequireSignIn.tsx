import { useQueryClient } from '@tanstack/react-query'
import { Card } from 'antd'
import { useEffect } from 'react'
import { Navigate, Outlet, useLocation } from 'react-router'
import { useRead } from '../shared/api/hooks.ts'
import { isSignedOut } from '../shared/api/index.ts'
import { hasChosenLocale, setLocale } from '../shared/i18n/index.ts'
import { DangerDialog } from '../shared/parts/danger.tsx'
import { MeProvider } from '../shared/session.tsx'
import { ErrorState } from '../shared/templates/ErrorState.tsx'
import { Waiting } from './Waiting.tsx'

/** Knows who is there before any screen is drawn; sends strangers to the sign-in and brings them back afterwards. */
export function RequireSignIn() {
  const { data: me, error, refetch } = useRead('identity.getMe', {}, { staleMs: 60_000 })
  const { pathname, search } = useLocation()
  const queries = useQueryClient()
  const signedOut = error !== null && isSignedOut(error)
  useEffect(() => {
    if (signedOut) queries.clear()
  }, [signedOut, queries])
  useEffect(() => {
    if (me && !hasChosenLocale()) setLocale(me.locale)
  }, [me])

  if (signedOut) return <Navigate to={`/sign-in?from=${encodeURIComponent(pathname + search)}`} replace />
  if (me?.mustChangePassword && pathname !== '/change-password') return <Navigate to="/change-password" replace />
  if (me) {
    return (
      <MeProvider me={me}>
        <DangerDialog>
          <Outlet />
        </DangerDialog>
      </MeProvider>
    )
  }
  if (!error) return <Waiting />
  return (
    <Card style={{ margin: 24 }}>
      <ErrorState error={error} onRetry={() => void refetch()} />
    </Card>
  )
}
