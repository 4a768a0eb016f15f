import Comms

/// Whether a message of the front end may come that a cell waits for; the runner asks.
@_cdecl("gyrus_expects_messages")
package func expectsMessages() -> Bool { !CommRegistry.shared.isEmpty }
