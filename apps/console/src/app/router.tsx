import type { Permission } from '@quanshu/contract'
import { createBrowserRouter, Navigate, Outlet, type RouteObject } from 'react-router'
import { consoleBase } from '../shared/api/index.ts'
import { useMe } from '../shared/session.tsx'
import { Crash } from './Crash.tsx'
import { NoPage, NoPermission, NoRights } from './dead-ends.tsx'
import { RequireSignIn } from './RequireSignIn.tsx'
import { ALL_SCREENS } from './routes.tsx'
import type { Screen } from './screens/screen.ts'
import { Waiting } from './Waiting.tsx'

/** Made once the person's language is known. */
export function createRouter() {
  return createBrowserRouter(
    [
      {
        errorElement: <Crash />,
        hydrateFallbackElement: <Waiting />,
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
                lazy: async () => ({ Component: (await import('./Shell.tsx')).Shell }),
                children: [
                  { index: true, element: <Home /> },
                  {
                    errorElement: <Crash />,
                    children: [...ALL_SCREENS.map(routeOf), { path: '*', element: <NoPage /> }],
                  },
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
    element: <Guard permission={screen.permission} />,
    children: [{ index: true, lazy: async () => ({ Component: await screen.load() }) }],
  }
}

function Guard({ permission }: { readonly permission: Permission | undefined }) {
  const { permissions } = useMe()
  const missing = permission !== undefined && !permissions.includes(permission)
  return missing ? <NoPermission permission={permission} /> : <Outlet />
}

/** The first screen of the menu that the person may see. */
function Home() {
  const { permissions } = useMe()
  const first = ALL_SCREENS.find(({ icon, permission }) => icon && permission && permissions.includes(permission))
  return first ? <Navigate to={first.path} replace /> : <NoRights />
}
