"""Whom to measure. Each peer runs its real processes and says, as bytes, how to speak to them."""

from __future__ import annotations

from tests.bench.peers.baton import BatonPeer
from tests.bench.peers.naive import NaivePeer
from tests.bench.peers.nchan import NchanPeer
from tests.bench.peers.peer import Peer
from tests.bench.peers.socket_io import SocketIoPeer

PEERS: tuple[type[Peer], ...] = (BatonPeer, NaivePeer, NchanPeer, SocketIoPeer)
