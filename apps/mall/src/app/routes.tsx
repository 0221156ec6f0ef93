import { createBrowserRouter, type RouteObject } from 'react-router'
import { basename } from '../shared/site.ts'
import { CrashPage } from './crash-page.tsx'
import { NotFoundPage } from './not-found-page.tsx'
import { Shell } from './shell.tsx'

/** Every page is a chunk of its own, fetched when it is first opened. */
const pages: RouteObject[] = [
  { index: true, lazy: async () => ({ Component: (await import('../features/home/home-page.tsx')).HomePage }) },
  {
    path: 'goods/:id',
    lazy: async () => ({ Component: (await import('../features/goods/goods-page.tsx')).GoodsPage }),
  },
  {
    path: 'checkout',
    lazy: async () => ({ Component: (await import('../features/checkout/checkout-page.tsx')).CheckoutPage }),
  },
  { path: 'pay/:no', lazy: async () => ({ Component: (await import('../features/pay/pay-page.tsx')).PayPage }) },
  {
    path: 'orders',
    lazy: async () => ({ Component: (await import('../features/orders/orders-page.tsx')).OrdersPage }),
  },
  {
    path: 'orders/:no',
    lazy: async () => ({ Component: (await import('../features/order/order-page.tsx')).OrderPage }),
  },
  {
    path: 'lookup',
    lazy: async () => ({ Component: (await import('../features/lookup/lookup-page.tsx')).LookupPage }),
  },
  {
    path: 'sign-in',
    lazy: async () => ({ Component: (await import('../features/account/sign-in-page.tsx')).SignInPage }),
  },
  { path: 'me', lazy: async () => ({ Component: (await import('../features/account/me-page.tsx')).MePage }) },
  { path: '*', Component: NotFoundPage },
]

export const router = createBrowserRouter(
  [{ Component: Shell, ErrorBoundary: CrashPage, children: [{ ErrorBoundary: CrashPage, children: pages }] }],
  basename === '' ? {} : { basename },
)
