import { createBrowserRouter, Navigate, type RouteObject } from 'react-router'
import { consoleBase } from '../shared/api/index.ts'
import { useMe } from '../shared/session.tsx'
import { Crash } from './Crash.tsx'
import { NoPage, NoPermission, NoRights } from './dead-ends.tsx'
import { RequireSignIn } from './RequireSignIn.tsx'
import { ALL_SCREENS, type Screen } from './routes.tsx'
import { Shell } from './Shell.tsx'

/** Made once the person's language is known. */
export function createRouter() {
  return createBrowserRouter(
    [
      {
        errorElement: <Crash />,
        hydrateFallbackElement: <span />,
        children: [
          {
            path: '/sign-in',
            lazy: async () => ({ Component: (await import('../features/sign-in/SignInPage.tsx')).SignInPage }),
          },
          {
            element: <RequireSignIn />,
            children: [
              {
                path: '/change-password',
                lazy: async () => ({
                  Component: (await import('../features/sign-in/MustChangePasswordPage.tsx')).MustChangePasswordPage,
                }),
              },
              {
                element: <Shell />,
                children: [
                  { index: true, element: <Home /> },
                  { errorElement: <Crash />, children: [...ALL_SCREENS.map(routeOf), { path: '*', element: <NoPage /> }] },
                ],
              },
            ],
          },
        ],
      },
    ],
    { basename: consoleBase },
  )
}

function routeOf(screen: Screen): RouteObject {
  return {
    path: screen.path,
    lazy: async () => {
      const Loaded = await screen.load()
      const Guarded = () => {
        const { permissions } = useMe()
        const missing = screen.permission !== undefined && !permissions.includes(screen.permission)
        return missing && screen.permission ? <NoPermission permission={screen.permission} /> : <Loaded />
      }
      return { Component: Guarded }
    },
  }
}

/** The first screen of the menu that the person may see. */
function Home() {
  const { permissions } = useMe()
  const first = ALL_SCREENS.find(({ icon, permission }) => icon && permission && permissions.includes(permission))
  return first ? <Navigate to={first.path} replace /> : <NoRights />
}
