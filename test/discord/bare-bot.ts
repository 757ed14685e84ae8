import {
  ActionRowBuilder,
  ButtonBuilder,
  type ButtonInteraction,
  ButtonStyle,
  ChannelType,
  type ChatInputCommandInteraction,
  Client,
  type ClientOptions,
  GatewayIntentBits,
  type Interaction,
  MessageFlags,
  ModalBuilder,
  StringSelectMenuBuilder,
  TextInputBuilder,
  TextInputStyle,
} from 'discord.js'
import type { Fake } from './server.ts'

/** The least bot there is, on the real discord.js client: it shows what the fake does, with no product behind it. */
export interface BareBot {
  client: Client
  errors: unknown[]
  stop(): Promise<void>
}

const COMMANDS = [
  { name: 'constant', description: 'Says the same every time', contexts: [0, 1] },
  { name: 'quick', description: 'Says it at once', contexts: [0] },
  { name: 'slow', description: 'Says nothing until it is too late' },
  { name: 'twice', description: 'Answers a second time' },
  {
    name: 'form',
    description: 'Asks in a form',
    options: [{ type: 3, name: 'why', description: 'Why', max_length: 10 }],
  },
  { name: 'pick', description: 'Shows a button and a select' },
  {
    name: 'join',
    description: 'Completes names',
    options: [
      { type: 3, name: 'community', description: 'Which', required: true, autocomplete: true },
      { type: 3, name: 'size', description: 'How big', choices: [{ name: 'Small', value: 's' }] },
      { type: 5, name: 'sure', description: 'Sure?' },
    ],
  },
  { name: 'private', description: 'Writes privately' },
  { name: 'room', description: 'Makes a thread and lets you in' },
  { name: 'role', description: 'Makes a role and gives it' },
  { name: 'file', description: 'Hands over a file' },
  {
    name: 'staff',
    description: 'For staff',
    default_member_permissions: '32',
    options: [{ type: 1, name: 'status', description: 'How things stand' }],
  },
]

const SETTINGS: ClientOptions = {
  intents: [GatewayIntentBits.Guilds],
  allowedMentions: { parse: [] },
}

/** Starts it; `meanwhile` is done between a deferral and its answer. */
export async function startBareBot(
  fake: Pick<Fake, 'api' | 'token'>,
  settings: Partial<ClientOptions> = {},
  meanwhile: () => Promise<void> = async () => undefined,
): Promise<BareBot> {
  const client = new Client({ ...SETTINGS, ...settings, rest: { api: fake.api, ...settings.rest } })
  const errors: unknown[] = []
  client.on('error', (error) => void errors.push(error))
  client.on('interactionCreate', (interaction) => {
    answer(interaction, meanwhile).catch((error: unknown) => errors.push(error))
  })
  const ready = new Promise((resolve) => client.once('clientReady', resolve))
  await client.login(fake.token)
  await ready
  await client.application?.commands.set(COMMANDS)
  return { client, errors, stop: () => client.destroy() }
}

async function answer(interaction: Interaction, meanwhile: () => Promise<void>): Promise<void> {
  if (interaction.isAutocomplete()) {
    const typed = interaction.options.getFocused()
    const all = ['parents-united', 'night-owls'].filter((name) => name.startsWith(typed))
    return interaction.respond(all.map((name) => ({ name, value: name })))
  }
  if (interaction.isModalSubmit()) {
    await interaction.deferReply({ flags: MessageFlags.Ephemeral })
    return void (await interaction.editReply(`Because ${interaction.fields.getTextInputValue('reason')}`))
  }
  if (interaction.isStringSelectMenu()) {
    await interaction.deferUpdate()
    return void (await interaction.editReply({ content: `You chose ${interaction.values.join()}`, components: [] }))
  }
  if (interaction.isButton()) return press(interaction, meanwhile)
  if (interaction.isChatInputCommand()) return run(interaction, meanwhile)
}

async function press(interaction: ButtonInteraction, meanwhile: () => Promise<void>): Promise<void> {
  if (interaction.customId === 'later')
    return void (await interaction.update({ content: 'Later, then', components: [] }))
  if (interaction.customId === 'constant') {
    await interaction.deferUpdate()
    await meanwhile()
    return void (await interaction.editReply({ content: 'Constant', components: [] }))
  }
  await interaction.showModal(form())
}

function form(): ModalBuilder {
  const reason = new TextInputBuilder()
    .setCustomId('reason')
    .setLabel('Your reason')
    .setStyle(TextInputStyle.Short)
    .setMaxLength(20)
  return new ModalBuilder()
    .setCustomId('why')
    .setTitle('Say why')
    .addComponents(new ActionRowBuilder<TextInputBuilder>().addComponents(reason))
}

async function run(interaction: ChatInputCommandInteraction, meanwhile: () => Promise<void>): Promise<void> {
  const { commandName, guild, user } = interaction
  if (commandName === 'form') return void (await interaction.showModal(form()))
  if (commandName === 'slow') return
  if (commandName === 'quick')
    return void (await interaction.reply({ content: 'Quickly', flags: MessageFlags.Ephemeral, withResponse: true }))
  await interaction.deferReply({ flags: MessageFlags.Ephemeral })
  if (commandName === 'twice')
    await interaction.client.rest.post(`/interactions/${interaction.id}/${interaction.token}/callback`, {
      body: { type: 5 },
      auth: false,
    })
  await work(interaction)
  await meanwhile()
  if (commandName === 'pick') {
    const buttons = ['why', 'later'].map((id) =>
      new ButtonBuilder()
        .setCustomId(id)
        .setLabel(id === 'why' ? 'Say why' : 'Later')
        .setStyle(ButtonStyle.Primary),
    )
    const select = new StringSelectMenuBuilder().setCustomId('which').addOptions([
      { label: 'Parents United', value: 'parents' },
      { label: 'Night Owls', value: 'owls' },
    ])
    const rows = [
      new ActionRowBuilder<ButtonBuilder>().addComponents(buttons),
      new ActionRowBuilder<StringSelectMenuBuilder>().addComponents(select),
    ]
    return void (await interaction.editReply({ content: 'Pick', components: rows }))
  }
  if (commandName === 'file')
    return void (await interaction.editReply({ files: [{ attachment: Buffer.from('{"a":1}'), name: 'mine.json' }] }))
  await interaction.editReply({
    embeds: [{ title: 'Constant', description: `Hello ${user.username} in ${guild?.name ?? 'private'}` }],
  })
  if (commandName === 'constant') await interaction.followUp({ content: 'And more', flags: MessageFlags.Ephemeral })
}

/** What the commands do besides answering. */
async function work({ commandName, guild, user, channel }: ChatInputCommandInteraction): Promise<void> {
  if (commandName === 'private') await user.send({ content: 'Only for you' })
  if (commandName === 'role') {
    const role = await guild?.roles.create({ name: 'Parents', permissions: [] })
    const member = await guild?.members.fetch(user.id)
    if (role) await member?.roles.add(role)
  }
  if (commandName === 'room' && channel?.type === ChannelType.GuildText) {
    const room = await channel.threads.create({ name: 'The room', type: ChannelType.PrivateThread, invitable: false })
    await room.members.add(user.id)
    await room.send({ content: 'Welcome', nonce: 'welcome-1', enforceNonce: true })
  }
}
