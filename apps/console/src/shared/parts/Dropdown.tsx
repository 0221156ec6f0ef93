import { Dropdown as AntdDropdown, type DropdownProps, type MenuProps } from 'antd'

type Click = NonNullable<MenuProps['onClick']>

/**
 * A menu that opens, for people without a pointer too: it takes the focus, and an entry acts when the key that chose it is done with.
 * Else the Enter that opens a dialog presses the button in it that has the focus next, which closes it again.
 */
export function Dropdown({ menu, ...props }: DropdownProps) {
  return (
    <AntdDropdown
      autoFocus
      {...props}
      {...(menu
        ? { menu: { ...menu, ...(menu.onClick ? { onClick: afterTheKey(menu.onClick) } : {}), ...itemsOf(menu) } }
        : {})}
    />
  )
}

const afterTheKey =
  (click: Click): Click =>
  (info) =>
    void setTimeout(() => click(info))

function itemsOf({ items }: MenuProps): Pick<MenuProps, 'items'> {
  if (!items) return {}
  return {
    items: items.map((item) =>
      item && 'onClick' in item && item.onClick ? { ...item, onClick: afterTheKey(item.onClick as Click) } : item,
    ) as NonNullable<MenuProps['items']>,
  }
}
