import Foundation
import RunnerProtocol

/// What the runner tells the kernel; the first bytes are those of the runner's `enum message_kind`.
enum RunnerEvent {
    case display(Data)
    case update(Data)
    case clear(wait: Bool)
    case result(Data)
    case error(UncaughtError)
    /// A result can be had again as `Out[3]`.
    case kept(KeptResult)
    case comm(CommFrame)
    case stdout(Data)
    case stderr(Data)
    case input(InputDemand)
    case ready
    /// A cell ended, or the handler of a comm message.
    case finished(CellEnd)
    /// A trap on a thread that nobody waited for; it ended alone.
    case stray(CellEnd)
    /// A job waits for what a stopped cell left, and may do so for ever.
    case waits(CellEnd)
    /// What the runner says to a command that asks.
    case answer(Data)

    init?(kind: UInt8, payload: Data) {
        let decoder = JSONDecoder()
        switch kind {
        case 1: self = .display(payload)
        case 2: self = .update(payload)
        case 3: self = .clear(wait: (try? decoder.decode(Clear.self, from: payload).wait) ?? false)
        case 4: self = .result(payload)
        case 5:
            guard let error = try? decoder.decode(UncaughtError.self, from: payload) else { return nil }
            self = .error(error)
        case 6:
            guard let frame = try? CommFrame(decoding: payload) else { return nil }
            self = .comm(frame)
        case 7:
            guard let result = try? decoder.decode(KeptResult.self, from: payload) else { return nil }
            self = .kept(result)
        case 10: self = .stdout(payload)
        case 11: self = .stderr(payload)
        case 12:
            guard let demand = try? decoder.decode(InputDemand.self, from: payload) else { return nil }
            self = .input(demand)
        case 20: self = .ready
        case 21, 23:
            guard let end = try? decoder.decode(CellEnd.self, from: payload) else { return nil }
            self = .finished(end)
        case 22: self = .answer(payload)
        case 24:
            guard let end = try? decoder.decode(CellEnd.self, from: payload) else { return nil }
            self = .stray(end)
        case 25:
            guard let end = try? decoder.decode(CellEnd.self, from: payload) else { return nil }
            self = .waits(end)
        default: return nil
        }
    }

    private struct Clear: Decodable { let wait: Bool }
}

/// A result that the runner keeps.
struct KeptResult: Decodable {
    let number: Int
    /// Its type as source.
    let type: String
}

/// An error that no code of the cell caught.
struct UncaughtError: Decodable {
    let ename: String
    let evalue: String
    let cancelled: Bool
}

/// A wish for a line of input.
struct InputDemand: Decodable {
    let prompt: String
    let password: Bool
}

/// How a cell or a handler ended.
struct CellEnd: Decodable {
    enum Outcome: String, Decodable {
        case ok, error, trap, interrupt
        /// There was no memory left for it.
        case memory
        /// It waited for a lock that an earlier cell left held.
        case held
    }

    let outcome: Outcome
    /// Of a handler: whether the message had a taker.
    let taken: Bool?
    /// Of a cell: whether its library could be loaded at all.
    let loaded: Bool?
    /// Whether the user asked it to stop.
    let interrupted: Bool
    /// Of a cell: the top-level item that was begun last.
    let reached: Int?
    /// The name of the signal of a trap (`ILL`), or `STACK` where the stack came to its end.
    let signal: String
    /// Whether it failed on a thread that is not one of its own: of a queue, or one that it started.
    let isForeign: Bool
    /// Of the outcome `held`: the request whose cell left what was waited for, and what that is.
    let heldBy: UInt32
    let held: Held
    /// Where in that cell a thread was stopped, if that is known.
    let heldAt: [Frame]
    /// The frames of its end that lie in cells, innermost first.
    let frames: [Frame]
    /// Of a cell: nanoseconds from its first to its last instruction, and those of processor time that the process spent meanwhile.
    let wall, user, system: Int?

    var timing: CellTiming? {
        guard let wall, let user, let system else { return nil }
        return CellTiming(wall: .nanoseconds(wall), user: .nanoseconds(user), system: .nanoseconds(system))
    }

    /// What a stopped cell left so that it cannot be waited for.
    enum Held: String, Decodable {
        case lock, semaphore, task
        /// It is only known that nothing goes on which could end the wait.
        case something
    }

    struct Frame: Decodable {
        let image: String
        let offset: Int

        init(from decoder: any Decoder) throws {
            var container = try decoder.unkeyedContainer()
            image = try container.decode(String.self)
            offset = try container.decode(Int.self)
        }
    }
}

/// How long a cell took.
struct CellTiming {
    /// To compile, link and (for what the cache had) fetch.
    var compilation: Duration = .zero
    /// To run, by the clock.
    var wall: Duration
    /// Processor time of all threads.
    var user, system: Duration

    static func + (one: CellTiming, other: CellTiming) -> CellTiming {
        CellTiming(
            compilation: one.compilation + other.compilation, wall: one.wall + other.wall,
            user: one.user + other.user, system: one.system + other.system)
    }
}
