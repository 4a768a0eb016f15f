import Foundation
import RunnerProtocol

/// Asks for a line of input, as `readLine()` does, with words before it.
///
/// Returns nil if the front end takes no input (nbconvert, papermill); an interrupt ends the cell.
///
/// ```swift
/// let subject = readLine(prompt: "Subject: ") ?? "sub-01"
/// ```
public func readLine(prompt: String) -> String? {
    guard Runner.asksFrontEnd else {
        print(prompt, terminator: "")
        fflush(nil)
        return readLine()
    }
    return ask(InputDemand(prompt: prompt, password: false))
}

/// Asks for a password: what is typed is not shown, and is kept in no history.
///
/// Returns nil if the front end takes no input.
public func readPassword(prompt: String = "Password: ") -> String? {
    guard Runner.asksFrontEnd else { return getpass(prompt).map { String(cString: $0) } }
    return ask(InputDemand(prompt: prompt, password: true))
}

/// Says that the next line is a password; the runner's `getpass` calls it.
@_cdecl("gyrus_demand_password")
package func demandPassword(_ prompt: UnsafePointer<CChar>) {
    demand(InputDemand(prompt: String(cString: prompt), password: true))
}

private func ask(_ input: InputDemand) -> String? {
    demand(input)
    defer { Runner.demand(nil) }
    return readLine()
}

private func demand(_ input: InputDemand) {
    Runner.demand((try? JSONEncoder().encode(input)).map { String(decoding: $0, as: UTF8.self) })
}
