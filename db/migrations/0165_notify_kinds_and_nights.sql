-- A person had it sent again: then the hour is his choice. Any other message that is tried again keeps the quiet hours as one that is new.
alter table notify.messages
  add column any_hour boolean not null default false;

-- A member who is disabled is not written to; who he is there stays proved, and he is written to again when he is let in again.
alter table notify.wecom_people
  add column paused boolean not null default false;
update notify.wecom_people p
set paused = true
from members.members m
where m.tenant_id = p.tenant_id
  and m.id = p.member_id
  and m.status = 'disabled';

-- Deliveries of every kind have a text message of their own now. Whoever chose channels for them chose without it: they go on getting one
-- where delivered orders do.
update notify.rules r
set channels = r.channels || array['sms']
where r.event in ('order.delivered.link', 'order.delivered.topup', 'order.delivered.service', 'order.delivered.points', 'order.delivered.several')
  and not 'sms' = any (r.channels)
  and not exists (
    select from notify.rules b
    where b.tenant_id = r.tenant_id
      and b.event = 'order.delivered'
      and not 'sms' = any (b.channels)
  );

-- The house's words for a delivered order say what was delivered now. Where a provider has approved the words before, they stay.
update notify.texts t
set subject = coalesce(t.subject, ''),
    body = case when t.locale = 'en' then 'Your order {order} has been delivered: {link}' else '您的订单{order}已发货，查看：{link}' end
where t.event = 'order.delivered'
  and t.form = 'sms'
  and t.body is null
  and (t.aliyun_code <> '' or t.tencent_code <> '');
