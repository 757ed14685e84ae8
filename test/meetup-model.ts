/** What somebody is to a meetup, by the rules as people read them. */
export interface Place {
  state: 'going' | 'offered' | 'waiting' | 'maybe' | 'no' | 'lapsed'
  guests: number
  number: number | null
  until: Date | null
  /** A smaller party got seats before them once. */
  passedOver: boolean
  /** They were asked once whether fewer of them come. */
  asked: boolean
}

/** What somebody is told in private without having pressed anything. */
export interface Telling {
  to: string
  what: 'offer' | 'ask' | 'lapse'
  seats: number
  until: Date | null
}

export interface MeetupModel {
  places: Map<string, Place>
  tellings: Telling[]
  rules: { capacity: number; guests: number; startsAt: Date }
  isCancelled: boolean
  lastNumber: number
  /** What somebody presses; gives what they must be told, or why they must be refused. */
  yes(who: string, guests: number | undefined, now: Date): string
  answer(who: string, state: 'no' | 'maybe', now: Date): string
  take(who: string, now: Date): string
  pass(who: string, now: Date): string
  /** Organizers set seats and guests, or another time. */
  change(rules: Partial<MeetupModel['rules']>, now: Date): void
  /** Offers that ran out by now are over, and what is free goes on. */
  due(now: Date): void
  leave(who: string): void
  forget(who: string): void
  /** What everybody in the room reads. */
  card(): string
}

const MINUTE_MS = 60_000
export const OFFER_MINUTES = 12 * 60
export const LENGTH_MS = 120 * MINUTE_MS

/** The rules of seats and waitlists, written down a second time from what people are told of them. */
export function createModel(rules: MeetupModel['rules']): MeetupModel {
  const places = new Map<string, Place>()
  const tellings: Telling[] = []
  const sizeOf = (place: Place) => 1 + place.guests
  const all = (...states: Place['state'][]) => [...places].filter(([, place]) => states.includes(place.state))
  const seatsOf = (...states: Place['state'][]) => all(...states).reduce((sum, [, place]) => sum + sizeOf(place), 0)
  const free = () => Math.max(0, model.rules.capacity - seatsOf('going', 'offered'))
  const line = () => all('waiting').sort(([, a], [, b]) => (a.number ?? 0) - (b.number ?? 0))
  const isOver = (now: Date) => now.getTime() >= model.rules.startsAt.getTime() + LENGTH_MS
  const closed = (now: Date) => (model.isCancelled ? 'is cancelled' : isOver(now) ? 'takes no answers' : undefined)

  function put(who: string, place: Partial<Place> & Pick<Place, 'state'>): void {
    const before = places.get(who)
    // Whoever goes on waiting was skipped and asked before as they were.
    const waits = before?.state === 'waiting' && place.state === 'waiting'
    const flags = { passedOver: waits && before.passedOver, asked: waits && before.asked }
    places.set(who, { guests: 0, number: null, until: null, ...flags, ...place })
  }

  /**
   * Whatever is free is offered in turn, and whoever says yes at this moment need not be asked; nobody is offered anything
   * once it has begun.
   */
  function handOut(now: Date, here?: string): void {
    if (model.isCancelled || now >= model.rules.startsAt) return
    const left = model.rules.startsAt.getTime() - now.getTime()
    const until = new Date(
      now.getTime() + Math.floor(Math.min(OFFER_MINUTES * MINUTE_MS, Math.max(left / 4, 10 * MINUTE_MS), left)),
    )
    const tooLarge: [string, Place][] = []
    for (const [who, place] of line()) {
      if (free() === 0) break
      if (sizeOf(place) <= free()) {
        if (who === here) Object.assign(place, { state: 'going' })
        else {
          Object.assign(place, { state: 'offered', until })
          tellings.push({ to: who, what: 'offer', seats: sizeOf(place), until })
        }
        // Those before who could come at all were skipped now, and are not skipped again.
        for (const [, one] of tooLarge) if (sizeOf(one) <= model.rules.capacity) one.passedOver = true
        continue
      }
      tooLarge.push([who, place])
      if (place.passedOver && sizeOf(place) <= model.rules.capacity) break
    }
    if (free() === 0) return
    for (const [who, place] of tooLarge.filter(([, one]) => !one.asked)) {
      place.asked = true
      tellings.push({ to: who, what: 'ask', seats: sizeOf(place), until: null })
    }
  }

  function told(who: string): string {
    const place = places.get(who)
    if (!place) return 'nothing'
    const { state, guests, number } = place
    const along = guests === 0 ? '' : ` with ${guests} ${guests === 1 ? 'guest' : 'guests'}`
    if (state === 'going') return `You come${along}, number ${number}.`
    if (state === 'offered') return `A seat is kept for you${along} until`
    if (state === 'waiting') return `You are on the waitlist${along}, number ${number}.`
    return { maybe: 'You said: maybe.', no: "You said that you can't come.", lapsed: 'did not take it in time' }[state]
  }

  const model: MeetupModel = {
    places,
    tellings,
    rules,
    isCancelled: false,
    lastNumber: 0,

    yes(who, guests, now) {
      const over = closed(now)
      if (over) return over
      const own = places.get(who)
      const isIn = own && ['going', 'offered', 'waiting'].includes(own.state)
      const wanted = guests ?? (isIn ? own.guests : 0)
      const isNew = !isIn || wanted !== own.guests
      if (isNew && wanted > model.rules.guests)
        return model.rules.guests === 0 ? 'Nobody can bring guests' : 'Each may bring'
      if (isNew && 1 + wanted > model.rules.capacity) return 'seats in all'
      if (own?.state === 'going') {
        if (wanted > own.guests && (line().length > 0 || wanted - own.guests > free())) return 'not enough free seats'
        const isLess = wanted < own.guests
        own.guests = wanted
        if (isLess) handOut(now)
        return told(who)
      }
      if (own?.state === 'offered' && own.until && own.until > now) {
        if (wanted > own.guests) return 'kept for you. Take what is kept first'
        put(who, { state: 'going', guests: wanted, number: own.number })
        handOut(now)
        return told(who)
      }
      if (own?.state === 'waiting' && wanted === own.guests) return told(who)
      const number = own?.state === 'waiting' ? own.number : ++model.lastNumber
      const isSeated = line().length === 0 && 1 + wanted <= free()
      put(who, { state: isSeated ? 'going' : 'waiting', guests: wanted, number })
      if (!isSeated) handOut(now, who)
      return told(who)
    },

    answer(who, state, now) {
      const over = closed(now)
      if (over) return over
      put(who, { state })
      handOut(now)
      return told(who)
    },

    take(who, now) {
      const over = closed(now)
      if (over) return over
      const own = places.get(who)
      if (own?.state === 'going') return told(who)
      if (own?.state !== 'offered' || (own.until && own.until <= now)) return 'No seat is kept for you'
      put(who, { state: 'going', guests: own.guests, number: own.number })
      handOut(now)
      return told(who)
    },

    pass(who, now) {
      const over = closed(now)
      if (over) return over
      if (places.get(who)?.state !== 'offered') return 'No seat is kept for you'
      return model.answer(who, 'no', now)
    },

    change(changed, now) {
      Object.assign(model.rules, changed)
      // An offer never outlasts the beginning.
      for (const [, place] of all('offered'))
        if (place.until && place.until > model.rules.startsAt) place.until = model.rules.startsAt
      handOut(now)
    },

    due(now) {
      if (isOver(now)) return
      for (const [who, place] of all('offered')) {
        if (!place.until || place.until > now) continue
        put(who, { state: 'lapsed', guests: place.guests })
        tellings.push({ to: who, what: 'lapse', seats: sizeOf(place), until: null })
      }
      handOut(now)
    },

    leave(who) {
      const own = places.get(who)
      if (own && own.state !== 'no' && own.state !== 'lapsed') put(who, { state: 'no', guests: own.guests })
    },
    forget: (who) => void places.delete(who),

    card() {
      const { capacity } = model.rules
      const [going, offered] = [seatsOf('going'), seatsOf('offered')]
      const [waiting, maybe] = [all('waiting').length, all('maybe').length]
      const parts = [
        going > capacity
          ? `${going} come, for ${capacity} ${capacity === 1 ? 'seat' : 'seats'}`
          : `${going} of ${capacity} taken`,
        offered > 0 && `${offered} offered`,
        waiting > 0 && `${waiting} on the waitlist`,
        maybe > 0 && `${maybe} maybe`,
      ]
      return `Who comes: ${parts.filter(Boolean).join(', ')}`
    },
  }
  return model
}
