import { GlobalOutlined, ShopOutlined } from '@ant-design/icons'
import { Button, Typography } from 'antd'
import { type ReactNode, useEffect } from 'react'
import { useRead } from '../../shared/api/hooks.ts'
import { fileUrl } from '../../shared/api/index.ts'
import { setLocale, useLocale } from '../../shared/i18n/index.ts'

/** The page before the console: whose it is, and one form. */
export function SignInFrame({
  title,
  text,
  children,
}: {
  readonly title: string
  readonly text?: string
  readonly children: ReactNode
}) {
  const shop = useRead('tenancy.getShop', {}, { staleMs: 300_000 }).data
  const locale = useLocale()
  useEffect(() => {
    document.title = shop ? `${title} · ${shop.name}` : title
  }, [shop, title])
  return (
    <div className="sign-in">
      <Button
        type="text"
        className="sign-in-locale"
        icon={<GlobalOutlined />}
        onClick={() => setLocale(locale === 'en' ? 'zh-CN' : 'en')}
      >
        {locale === 'en' ? '简体中文' : 'English'}
      </Button>
      <main className="sign-in-card">
        <div className="sign-in-shop">
          {shop?.logoUrl ? <img src={fileUrl(shop.logoUrl)} alt="" /> : <ShopOutlined />}
          <span>{shop?.name ?? '\u00a0'}</span>
        </div>
        <Typography.Title level={1}>{title}</Typography.Title>
        {text && <Typography.Paragraph type="secondary">{text}</Typography.Paragraph>}
        {children}
      </main>
    </div>
  )
}
