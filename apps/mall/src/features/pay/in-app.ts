type Bridge = {
  readonly invoke: (
    name: 'getBrandWCPayRequest',
    params: Readonly<Record<string, string>>,
    done: (result: { readonly err_msg: string }) => void,
  ) => void
}
declare global {
  interface Window {
    WeixinJSBridge?: Bridge
  }
}

/** The app puts its bridge into the page some time after it was loaded. */
const BRIDGE_WITHIN_MS = 10_000

/**
 * Opens the app's own cashier over this page.
 * @returns whether the app says that it was paid; false also when there is no app around the page
 */
export async function payInApp(params: Readonly<Record<string, string>>): Promise<boolean> {
  const bridge = window.WeixinJSBridge ?? (await whenReady())
  if (!bridge) return false
  return await new Promise((resolve) => {
    bridge.invoke('getBrandWCPayRequest', params, ({ err_msg }) => resolve(err_msg === 'get_brand_wcpay_request:ok'))
  })
}

const whenReady = (): Promise<Bridge | undefined> =>
  new Promise((resolve) => {
    const look = () => resolve(window.WeixinJSBridge)
    document.addEventListener('WeixinJSBridgeReady', look, { once: true })
    setTimeout(look, BRIDGE_WITHIN_MS)
  })
