import { createBrowserRouter, type RouteObject } from 'react-router'
import { basename } from '../shared/site.ts'
import { CrashPage } from './crash-page.tsx'
import { NotFoundPage } from './not-found-page.tsx'
import { pageOf } from './page-not-loaded.ts'
import { Shell } from './shell.tsx'

/** Every page is a chunk of its own, fetched when it is first opened. */
const pages: RouteObject[] = [
  { index: true, lazy: pageOf(async () => (await import('../features/home/home-page.tsx')).HomePage) },
  {
    path: 'goods/:id',
    lazy: pageOf(async () => (await import('../features/goods/goods-page.tsx')).GoodsPage),
  },
  {
    path: 'goods/:id/numbers',
    lazy: pageOf(async () => (await import('../features/numbers/numbers-page.tsx')).NumbersPage),
  },
  {
    path: 'checkout',
    lazy: pageOf(async () => (await import('../features/checkout/checkout-page.tsx')).CheckoutPage),
  },
  { path: 'pay/:no', lazy: pageOf(async () => (await import('../features/pay/pay-page.tsx')).PayPage) },
  {
    path: 'orders',
    lazy: pageOf(async () => (await import('../features/orders/orders-page.tsx')).OrdersPage),
  },
  {
    path: 'orders/:no',
    lazy: pageOf(async () => (await import('../features/order/order-page.tsx')).OrderPage),
  },
  {
    path: 'lookup',
    lazy: pageOf(async () => (await import('../features/lookup/lookup-page.tsx')).LookupPage),
  },
  {
    path: 'redeem',
    lazy: pageOf(async () => (await import('../features/redeem/redeem-page.tsx')).RedeemPage),
  },
  {
    path: 'sign-in',
    lazy: pageOf(async () => (await import('../features/account/sign-in-page.tsx')).SignInPage),
  },
  { path: 'wallet', lazy: pageOf(async () => (await import('../features/wallet/wallet-page.tsx')).WalletPage) },
  { path: 'recharge', lazy: pageOf(async () => (await import('../features/wallet/recharge-page.tsx')).RechargePage) },
  {
    path: 'messages',
    lazy: pageOf(async () => (await import('../features/messages/messages-page.tsx')).MessagesPage),
  },
  {
    path: 'me/rights',
    lazy: pageOf(async () => (await import('../features/order/rights/rights-page.tsx')).RightsPage),
  },
  {
    path: 'me/wecom',
    lazy: pageOf(async () => (await import('../features/account/wecom-page.tsx')).WecomPage),
  },
  { path: 'me', lazy: pageOf(async () => (await import('../features/account/me-page.tsx')).MePage) },
  { path: '*', Component: NotFoundPage },
]

/** The header stands; the page's script is on its way, for some tens of milliseconds. */
const FirstMoment = () => null

export const router = createBrowserRouter(
  [
    {
      Component: Shell,
      ErrorBoundary: CrashPage,
      children: [{ ErrorBoundary: CrashPage, HydrateFallback: FirstMoment, children: pages }],
    },
  ],
  basename === '' ? {} : { basename },
)
