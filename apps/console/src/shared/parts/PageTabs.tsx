import { Grid, Select, Tabs, type TabsProps } from 'antd'
import { useState } from 'react'

type Props = Omit<TabsProps, 'renderTabBar'> & {
  /** What the parts are parts of, for those who do not see them beside each other. */
  readonly label: string
}

/**
 * Parts of a page. On a phone they are a choice: a row of tabs would hide its end behind the library's “more”, a button inside of
 * the tab list, where only tabs may be. What was typed in a part stays when another one is looked at.
 */
export function PageTabs({ label, activeKey, ...rest }: Props) {
  // Where nobody else keeps which part is open.
  const [chosen, choose] = useState<string>()
  const asked = activeKey ?? chosen
  // An address may name a part that does not exist, or not any more.
  const known = rest.items?.find(({ key }) => key === asked) ?? rest.items?.[0]
  const open = (key: string) => {
    choose(key)
    rest.onChange?.(key)
  }
  const props = { ...rest, ...(known ? { activeKey: known.key } : {}), onChange: open }
  const isPhone = Grid.useBreakpoint().md === false
  if (!isPhone) return <Tabs {...props} />
  const options = (props.items ?? []).map(({ key, label: name }) => ({ value: key, label: name }))
  return (
    <Tabs
      {...props}
      renderTabBar={({ id, activeKey }: { id?: string; activeKey: string }) => (
        // The part below says that it is named by this.
        <div id={`${id}-tab-${activeKey}`} className="page-choice">
          <Select aria-label={label} value={activeKey} options={options} onChange={open} />
        </div>
      )}
    />
  )
}
