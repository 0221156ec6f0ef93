import { Form, Input, Radio } from 'antd'
import { useText } from '../../shared/i18n/index.ts'
import { Nothing, Time } from '../../shared/parts/values.tsx'
import { Facts, Section } from '../../shared/templates/DetailPage.tsx'
import { LogoField } from './LogoField.tsx'
import { SettingsForm } from './SettingsForm.tsx'
import { settingsText } from './text.ts'

const KEYS = ['shop.name', 'shop.logoUrl', 'shop.announcement', 'shop.contact', 'shop.locale'] as const
const CHOSEN_BY_SHOP = ['shop.locale'] as const

/** Whose shop it is, as shoppers see it. */
export function ShopTab() {
  const t = useText(settingsText)
  return (
    <SettingsForm keys={KEYS} unsaid={CHOSEN_BY_SHOP}>
      {({ tenant }) => (
        <Section title={t('shopInfo')}>
          <Facts
            items={[
              [t('address'), tenant.slug],
              [t('domain'), tenant.domain ?? <Nothing key="none" />],
              [t('openedAt'), <Time key="at" value={tenant.createdAt} />],
            ]}
          />
          <div style={{ maxWidth: 520, marginTop: 16 }}>
            <Form.Item
              name={['shop.name']}
              label={t('name')}
              rules={[{ required: true, whitespace: true, message: t('nameRequired') }]}
            >
              <Input maxLength={40} showCount />
            </Form.Item>
            <Form.Item name={['shop.logoUrl']} label={t('logo')} extra={t('logoHint')}>
              <LogoField />
            </Form.Item>
            <Form.Item name={['shop.announcement']} label={t('announcement')} extra={t('announcementHint')}>
              <Input.TextArea maxLength={500} showCount autoSize={{ minRows: 2, maxRows: 6 }} />
            </Form.Item>
            <Form.Item name={['shop.contact']} label={t('contact')} extra={t('contactHint')}>
              <Input maxLength={200} />
            </Form.Item>
            <Form.Item name={['shop.locale']} label={t('locale')} extra={t('localeHint')} style={{ marginBottom: 0 }}>
              <Radio.Group
                optionType="button"
                options={[
                  { value: 'zh-CN', label: '简体中文' },
                  { value: 'en', label: 'English' },
                ]}
              />
            </Form.Item>
          </div>
        </Section>
      )}
    </SettingsForm>
  )
}
