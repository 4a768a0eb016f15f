import Dispatch
import Foundation

/// Signals that the process takes itself.
public enum Signals {
    /// Those that ask a command to end; the one of a closed terminal only if the command was not started to survive that.
    public static var ending: [Int32] {
        var hangUp = sigaction()
        sigaction(SIGHUP, nil, &hangUp)
        let isIgnored = unsafeBitCast(hangUp.__sigaction_handler.sa_handler, to: Int.self) == 1
        return [SIGINT, SIGTERM] + (isIgnored ? [] : [SIGHUP])
    }

    /// Calls `body` for each signal of a number, as long as the source that is returned lives.
    public static func handle(_ number: Int32, _ body: @escaping @Sendable () -> Void)
        -> any DispatchSourceSignal
    {
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
        source.setEventHandler(handler: body)
        source.resume()
        return source
    }
}
