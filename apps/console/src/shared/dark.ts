import { theme } from 'antd'

/** Whether the page is dark now, for what is drawn outside of the components. */
export function useDark(): boolean {
  const { token } = theme.useToken()
  const [red = 255] = (/#(..)/.exec(token.colorBgContainer) ?? []).slice(1).map((hex) => Number.parseInt(hex, 16))
  return red < 128
}
