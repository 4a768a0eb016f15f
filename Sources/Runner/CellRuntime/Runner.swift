internal import CRunnerProtocol
import Foundation

/// The functions of the runner's executable that cells need, found by name: outside a runner they do nothing.
package enum Runner {
    typealias Body = @convention(c) (UnsafeMutableRawPointer?) -> Void
    typealias Ended = @convention(c) (UnsafeMutableRawPointer?, Outcome) -> Void
    private typealias Reached = @convention(c) (Int32) -> Void
    private typealias IsInterrupted = @convention(c) () -> Bool
    private typealias LeaveIfInterrupted = @convention(c) () -> Void
    private typealias Notes = @convention(c) (Bool) -> Void
    private typealias StopIfLeft = @convention(c) (UnsafeRawPointer) -> Void
    private typealias Leave = @convention(c) (Outcome) -> Void
    private typealias Job = @convention(c) () -> Int32
    private typealias MessageID = @convention(c) () -> UnsafePointer<CChar>?
    private typealias Uncaught = @convention(c) (UnsafeMutableRawPointer) -> Void
    private typealias Demand = @convention(c) (UnsafePointer<CChar>?) -> Void
    private typealias StartThread = @convention(c) (Body, Ended, UnsafeMutableRawPointer?) -> Bool

    private static let reachedFunction = find("gyrus_runner_reached", as: Reached.self)
    private static let isInterruptedFunction = find("gyrus_runner_is_interrupted", as: IsInterrupted.self)
    private static let hasFailedFunction = find("gyrus_runner_has_failed", as: IsInterrupted.self)
    private static let leaveIfInterruptedFunction = find(
        "gyrus_runner_leave_if_interrupted", as: LeaveIfInterrupted.self)
    private static let awaitsTaskFunction = find("gyrus_runner_awaits_task", as: Notes.self)
    private static let restsFunction = find("gyrus_runner_rests", as: Notes.self)
    private static let stopIfLeftFunction = find("gyrus_runner_stop_if_left", as: StopIfLeft.self)
    private static let stopFunction = find("gyrus_runner_stop", as: LeaveIfInterrupted.self)
    private static let leaveFunction = find("gyrus_runner_leave", as: Leave.self)
    private static let demandFunction = find("gyrus_runner_demand", as: Demand.self)
    private static let startThreadFunction = find("gyrus_runner_start_thread", as: StartThread.self)

    private static let jobFunction = find("gyrus_runner_job", as: Job.self)
    private static let messageIDFunction = find("gyrus_runner_message_id", as: MessageID.self)
    private static let uncaughtFunction = find("swift_errorInMain", as: Uncaught.self)

    private static func find<Function>(_ name: String, as type: Function.Type) -> Function? {
        dlsym(nil, name).map { unsafeBitCast($0, to: type) }
    }

    /// Notes that the cell's top-level item `item` begins.
    static func reached(_ item: Int32) { reachedFunction?(item) }

    /// Whether there is a front end that can be asked for input.
    static var asksFrontEnd: Bool { demandFunction != nil }

    /// Says what the next request for input is for; nil if it is for none in particular.
    static func demand(_ json: String?) { demandFunction?(json) }

    /// Whether the user asked the running cell to stop.
    static var isInterrupted: Bool { isInterruptedFunction?() ?? false }

    /// Whether another thread of the calling thread's work failed, or the work is over.
    static var hasFailed: Bool { hasFailedFunction?() ?? false }

    /// The runner's number of the job that the calling thread works for.
    static var job: Int32 { jobFunction?() ?? 0 }

    /// Leaves the calling thread's work, if it is that which the user asked to stop.
    static func leaveIfInterrupted() { leaveIfInterruptedFunction?() }

    /// Notes whether the calling thread has nothing to do until a task ends.
    static func awaitsTask(_ awaits: Bool) { awaitsTaskFunction?(awaits) }

    /// Notes whether the calling thread has nothing to do at all.
    static func rests(_ rests: Bool) { restsFunction?(rests) }

    /// Ends the calling thread's work if a task that it is about to wait for was stopped with an earlier cell.
    static func stopIfLeft<Success, Failure: Error>(_ task: Task<Success, Failure>) {
        // A task is one reference to what the runtime knows it by.
        stopIfLeftFunction?(unsafeBitCast(task, to: UnsafeRawPointer.self))
    }

    /// Ends the calling thread's work as interrupted.
    static func stop() { stopFunction?() }

    /// Leaves the calling thread's work at once, abandoning what is on its stack.
    static func leave(_ outcome: Outcome) -> Never {
        leaveFunction?(outcome)
        fatalError("only a cell's own thread can be left")
    }

    /// The id of the message that the calling thread works for; nil outside a runner.
    package static var messageID: String? {
        guard let text = messageIDFunction?(), text.pointee != 0 else { return nil }
        return String(cString: text).removingPercentEncoding
    }

    /// Ends the calling thread's work by an error that nothing caught, with the frames of its throw.
    static func fail(_ error: any Error) -> Never {
        uncaughtFunction?(unsafeBitCast(Thrown(error: error), to: UnsafeMutableRawPointer.self))
        leave(.error)
    }

    /// An error as the one pointer that it is; a generic function would be given the value inside.
    private struct Thrown { let error: any Error }

    /// Starts a thread whose traps and interrupts end it alone.
    static func startThread(_ body: Body, ended: Ended, context: UnsafeMutableRawPointer) -> Bool {
        startThreadFunction?(body, ended, context) ?? false
    }
}
