"""Chinese addresses read to the room: parts with their places in the text, a key per building, and how sure that is.

address = parse("成都市武侯区石人西路３５号2栋一单元701")
address.level                      # Level.ROOM
address.building_key               # 成都市|武侯区|石人西路|35号|2幢, whatever the spelling
address.confidence, address.doubts # 0.85: 701 has no unit and is taken for a room
corrected(address.text, [...])     # what a person says the parts are
door_of(address)                   # Door(floor=7, label="1单元701", column="1单元|01")
"""

from vouch.engine.address.door import Door, door_of
from vouch.engine.address.kinds import LEVEL_TITLES, Kind, Level, Part
from vouch.engine.address.reading import Address, Doubt, corrected, parse

__all__ = [
    "LEVEL_TITLES", "Address", "Door", "Doubt", "Kind", "Level", "Part", "corrected", "door_of", "parse",
]  # fmt: skip
