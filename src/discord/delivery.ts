import { ChannelType, type Guild, type Interaction, PermissionFlagsBits } from 'discord.js'
import type { Server } from '../command.ts'
import { EVERYWHERE } from '../core/person.ts'
import type { Delivery } from '../router.ts'
import { PERMISSIONS } from './rooms.ts'

/** What somebody does on Discord, as the router takes it. */
export function deliveryOf(one: Interaction, now: Date): Delivery {
  const { user, guildId, channelId } = one
  return {
    id: `discord/${one.id}`,
    account: {
      platform: 'discord',
      workspace: EVERYWHERE,
      externalId: user.id,
      // A name they go by in one server alone is not for the others.
      name: user.displayName,
      isStaff: one.memberPermissions?.has(PermissionFlagsBits.ManageGuild) ?? false,
      language: one.locale,
    },
    where: {
      platform: 'discord',
      workspace: guildId ?? EVERYWHERE,
      ...(guildId && channelId && { place: channelId }),
    },
    now,
    ...serverOf(one),
  }
}

/** What staff need to know of the server they are in, from what the client remembers of it. */
function serverOf({ guild }: Interaction): Pick<Delivery, 'server'> {
  return guild ? { server: () => about(guild) } : {}
}

function about(guild: Guild): Server {
  const { me } = guild.members
  const lacks = Object.entries(PERMISSIONS).flatMap(([name, bit]) => (me?.permissions.has(bit) === false ? [name] : []))
  const ofType = (type: ChannelType) =>
    [...guild.channels.cache.values()].filter((one) => one.type === type).map(({ id, name }) => ({ id, name }))
  const [categories, places] = [ofType(ChannelType.GuildCategory), ofType(ChannelType.GuildText)]
  const rolesAbove = [...guild.roles.cache.values()]
    .filter((role) => me && me.roles.highest.comparePositionTo(role) <= 0 && role.id !== me.roles.highest.id)
    .map(({ id, name }) => ({ id, name }))
  return { lacks, categories, places, rolesAbove }
}
