"""Accounts linked by a code that works once, soon, and not by guessing."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from storage import avatars, links, people
from storage.contract.avatars import AvatarSpec
from storage.contract.links import Refusal
from storage.database import Database
from storage.models import LinkCodeRow, LinkTryRow, Row, now
from storage.people import Erasure, Person
from storage.retention import sweep
from storage.vault import Vault
from tests import patience

CAT = AvatarSpec("cat", {"body": "smooth"}, {"fur": "#929090"})
LISA = AvatarSpec("avataaars", {"top": "bob"}, {"hair": "#2b2321", "skin": "#f0c5a4"})

Meet = Callable[[str], Awaitable[Person]]


@pytest.fixture
def meet(database: Database, vault: Vault) -> Meet:
    """A function that makes an account known: ``telegram:7``."""

    async def met(account: str) -> Person:
        platform, _, external_id = account.partition(":")
        async with database.transaction() as session:
            return await people.find_or_add(session, vault, platform, external_id, "en")

    return met


class Circles:
    """Links as they are made by two accounts, each in a transaction of its own."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self.database = database
        self.vault = vault

    async def offer(self, person: Person) -> str:
        async with self.database.transaction() as session:
            return await links.new_code(session, self.vault, person.id)

    async def redeem(self, person: Person, code: str) -> Refusal | None:
        async with self.database.transaction() as session:
            return await links.redeem(session, self.vault, person.id, code)

    async def join(self, one: Person, other: Person) -> None:
        assert await self.redeem(other, await self.offer(one)) is None

    async def linked(self, person: Person) -> set[UUID]:
        async with self.database.snapshot() as session:
            return set(await links.linked(session, person.id))

    async def avatars(self, person: Person) -> list[AvatarSpec]:
        async with self.database.snapshot() as session:
            found = await avatars.of_person(session, self.vault, person.id)
        return [one.spec for one in found]

    async def keep(self, person: Person, spec: AvatarSpec) -> UUID:
        async with self.database.transaction() as session:
            ranked = {"top": ["bob", "bun"]}
            return await avatars.keep(session, self.vault, person.id, spec, ranked)


@pytest.fixture
def circles(database: Database, vault: Vault) -> Circles:
    return Circles(database, vault)


# --- linking -------------------------------------------------------------------------------------


async def test_avatars_are_found_from_every_linked_account(
    vault: Vault, circles: Circles, meet: Meet
) -> None:
    """What one account made the others find, and may change; the newest is everybody's current."""
    phone, page = await meet("telegram:7"), await meet("web:aa")
    await circles.keep(phone, LISA)
    assert await circles.avatars(page) == []
    await circles.join(phone, page)
    cat = await circles.keep(page, CAT)
    assert await circles.avatars(phone) == await circles.avatars(page) == [CAT, LISA]
    async with circles.database.transaction() as session:
        await avatars.change(session, vault, cat, AvatarSpec("cat", {"body": "curly"}, CAT.colours))
        (first, second) = await avatars.of_person(session, circles.vault, phone.id)
    assert first.spec.parts == {"body": "curly"}
    assert (second.person_id, second.ranked) == (phone.id, {"top": ["bob", "bun"]})


async def test_circles_grow_by_any_of_their_accounts(circles: Circles, meet: Meet) -> None:
    """A third account joins by a code of either; two circles become one."""
    one, two, three, four = [await meet(f"telegram:{n}") for n in range(4)]
    await circles.join(one, two)
    await circles.join(three, four)
    await circles.join(two, three)
    everybody = {one.id, two.id, three.id, four.id}
    for person in (one, two, three, four):
        assert await circles.linked(person) == everybody


async def test_a_circle_has_a_bound(circles: Circles, meet: Meet) -> None:
    """Not even a code links more accounts than a person may have."""
    first, *others = [await meet(f"web:{n}") for n in range(links.MOST_ACCOUNTS + 1)]
    for other in others[:-1]:
        await circles.join(first, other)
    code = await circles.offer(first)
    assert await circles.redeem(others[-1], code) is Refusal.TOO_MANY_ACCOUNTS
    assert await circles.linked(others[-1]) == {others[-1].id}


async def test_the_others_are_known_by_their_platforms(circles: Circles, meet: Meet) -> None:
    """An account can be told where it is found elsewhere, itself not among it."""
    phone, page, guild = await meet("telegram:7"), await meet("web:aa"), await meet("discord:9")
    await circles.join(phone, page)
    await circles.join(phone, guild)
    async with circles.database.snapshot() as session:
        assert await links.platforms(session, phone.id) == ("web", "discord")
        assert set(await links.platforms(session, guild.id)) == {"telegram", "web"}


async def test_leaving_parts_accounts(circles: Circles, meet: Meet) -> None:
    """Who leaves finds only their own again; the others stay together; of two none stays linked."""
    one, two, three = [await meet(f"telegram:{n}") for n in range(3)]
    await circles.keep(one, LISA)
    await circles.keep(two, CAT)
    await circles.join(one, two)
    await circles.join(one, three)
    async with circles.database.transaction() as session:
        assert await links.leave(session, one.id) == 2
    assert await circles.avatars(one) == [LISA]
    assert await circles.linked(two) == {two.id, three.id}
    async with circles.database.transaction() as session:
        assert await links.leave(session, two.id) == 1
        assert await links.leave(session, two.id) == 0
        assert await session.scalar(select(func.count()).select_from(links.LinkRow)) == 0


# --- codes ---------------------------------------------------------------------------------------


async def test_a_code_works_once(circles: Circles, meet: Meet) -> None:
    """Used by one account it is gone for the next; a newer code ends an older one."""
    one, two, three = [await meet(f"telegram:{n}") for n in range(3)]
    old, code = await circles.offer(one), await circles.offer(one)
    assert await circles.redeem(two, old) is Refusal.UNKNOWN
    assert await circles.redeem(two, code) is None
    assert await circles.redeem(three, code) is Refusal.UNKNOWN
    assert await circles.redeem(two, await circles.offer(one)) is Refusal.LINKED


@pytest.mark.parametrize("spelt", ["{0}", "{0} ", "{1}", "{2}", "{3}", "{4}"])
async def test_codes_may_be_typed_as_people_do(circles: Circles, meet: Meet, spelt: str) -> None:
    """Small letters, gaps, dashes and letters that look like digits all mean the code."""
    one, two = await meet("telegram:7"), await meet("web:aa")
    code = await circles.offer(one)
    assert len(code) == links.LENGTH
    assert set(code) <= set(links.ALPHABET)
    dashed = f"{code[:4]}-{code[4:]}"
    alike = code.translate(str.maketrans("01", "OI"))
    gaps = " ".join(code)
    typed = spelt.format(code, code.lower(), dashed, gaps, alike.lower())
    assert await circles.redeem(two, typed) is None


async def test_a_code_ends_after_ten_minutes(circles: Circles, meet: Meet) -> None:
    """Later it is said to be too old, and links nobody."""
    one, two = await meet("telegram:7"), await meet("web:aa")
    code = await circles.offer(one)
    async with circles.database.transaction() as session:
        expires = await session.scalar(select(LinkCodeRow.expires))
        assert expires is not None
        assert timedelta(minutes=9.5) < expires - now() <= timedelta(minutes=10)
        await session.execute(update(LinkCodeRow).values(expires=now() - timedelta(seconds=1)))
    assert await circles.redeem(two, code) is Refusal.EXPIRED
    assert await circles.linked(two) == {two.id}


async def test_ones_own_code_is_for_somebody_else(circles: Circles, meet: Meet) -> None:
    """The account that was told a code cannot use it, nor use it up."""
    one, two = await meet("telegram:7"), await meet("web:aa")
    code = await circles.offer(one)
    assert await circles.redeem(one, code) is Refusal.OWN
    assert await circles.redeem(two, code) is None


async def test_guessing_is_bounded(circles: Circles, meet: Meet) -> None:
    """After five wrong codes even the right one is refused, until ten minutes have passed."""
    one, guesser = await meet("telegram:7"), await meet("web:aa")
    code = await circles.offer(one)
    for number in range(links.MOST_TRIES):
        assert await circles.redeem(guesser, f"0000000{number}") is Refusal.UNKNOWN
    assert await circles.redeem(guesser, code) is Refusal.TOO_MANY_TRIES
    assert await circles.linked(guesser) == {guesser.id}
    async with circles.database.transaction() as session:
        await session.execute(update(LinkTryRow).values(since=now() - links.LIFETIME))
    assert await circles.redeem(guesser, "00000000") is Refusal.UNKNOWN
    assert await circles.redeem(guesser, code) is None


async def test_guesses_at_once_are_all_counted(circles: Circles, meet: Meet) -> None:
    """Tries that come together do not slip past the bound."""
    guesser = await meet("web:aa")
    said = await asyncio.gather(*(circles.redeem(guesser, f"000000{n:02}") for n in range(12)))
    assert said.count(Refusal.UNKNOWN) == links.MOST_TRIES
    assert said.count(Refusal.TOO_MANY_TRIES) == 12 - links.MOST_TRIES


async def test_a_code_used_at_once_links_one(circles: Circles, meet: Meet) -> None:
    """Of several accounts that give the same code at the same moment one is linked."""
    one, *others = [await meet(f"web:{n}") for n in range(5)]
    code = await circles.offer(one)
    said = await asyncio.gather(*(circles.redeem(other, code) for other in others))
    assert sorted(said, key=str) == [None, *[Refusal.UNKNOWN] * 3]
    assert len(await circles.linked(one)) == 2


async def test_accounts_that_link_each_other_at_once_do_not_wait_forever(
    vault: Vault, circles: Circles, meet: Meet
) -> None:
    """Both give the other's code in the same moment: one links them, the other finds it done."""
    one, two = await meet("telegram:7"), await meet("web:aa")
    codes = await circles.offer(one), await circles.offer(two)

    async def give(person: Person, code: str) -> Refusal | None:
        async with circles.database.transaction() as session:
            await people.load_conversation(session, vault, person.id, "room")  # as the service does
            return await links.redeem(session, circles.vault, person.id, code)

    async with patience.limit():
        said = await asyncio.gather(give(one, codes[1]), give(two, codes[0]))
    assert sorted(said, key=str) == [None, Refusal.LINKED]


async def test_a_code_is_kept_as_nothing_that_could_be_tried(
    circles: Circles, meet: Meet, database: Database
) -> None:
    """Neither the code nor a bare hash of it is in any row; another master key knows it not."""
    one, two = await meet("telegram:7"), await meet("web:aa")
    code = await circles.offer(one)
    async with database.snapshot() as session:
        digest = await session.scalar(select(LinkCodeRow.digest))
    assert digest == circles.vault.digest(code.encode(), "link code")
    assert digest != Vault(bytes(32)).digest(code.encode(), "link code")
    assert digest != circles.vault.digest(code.encode(), "something else")
    stranger = Circles(database, Vault(bytes(32)))
    assert await stranger.redeem(two, code) is Refusal.UNKNOWN


# --- forgetting ----------------------------------------------------------------------------------


async def test_forgetting_takes_what_this_account_made_and_nothing_else(
    circles: Circles, meet: Meet, database: Database, vault: Vault
) -> None:
    """Its avatars, link, code and tries go for all; what the other account made stays whole."""
    phone, page = await meet("telegram:7"), await meet("web:aa")
    await circles.keep(phone, LISA)
    await circles.join(phone, page)
    await circles.keep(page, CAT)
    await circles.offer(phone)
    await circles.redeem(phone, "00000000")
    erased = await people.forget(database, vault, phone.id)
    assert (erased.avatars, erased.links) == (1, 1)
    assert await circles.avatars(page) == [CAT]
    assert await circles.linked(page) == {page.id}
    async with database.snapshot() as session:
        for table in Row.metadata.sorted_tables:
            for row in await session.execute(select(table)):
                assert str(phone.id) not in repr(row), table.name
                assert "telegram" not in repr(row), table.name


async def test_forgetting_an_account_of_three_leaves_two_linked(
    circles: Circles, meet: Meet, database: Database, vault: Vault
) -> None:
    """The others find each other's avatars as before."""
    one, two, three = [await meet(f"telegram:{n}") for n in range(3)]
    await circles.join(one, two)
    await circles.join(two, three)
    assert (await people.forget(database, vault, two.id)).links == 2
    assert await circles.linked(one) == await circles.linked(three) == {one.id, three.id}


async def test_a_forgotten_accounts_code_is_unknown(
    circles: Circles, meet: Meet, database: Database, vault: Vault
) -> None:
    """It links nobody, also when it is given while its account is being forgotten."""
    one, two = await meet("telegram:7"), await meet("web:aa")
    code = await circles.offer(one)
    erased, said = await asyncio.gather(
        people.forget(database, vault, one.id), circles.redeem(two, code)
    )
    assert isinstance(erased, Erasure)
    assert said in (None, Refusal.UNKNOWN)
    assert await circles.linked(two) == {two.id}


async def test_old_codes_are_swept_away(circles: Circles, meet: Meet, database: Database) -> None:
    """Codes and tries past their time leave no row; those that count still stay."""
    one, two = await meet("telegram:7"), await meet("web:aa")
    await circles.offer(one)
    await circles.redeem(two, "00000000")
    assert (await sweep(database, circles.vault, now())).codes == 0
    assert (await sweep(database, circles.vault, now() + 3 * links.LIFETIME)).codes == 1
    async with database.snapshot() as session:
        for table in (LinkCodeRow, LinkTryRow):
            assert await session.scalar(select(func.count()).select_from(table)) == 0
