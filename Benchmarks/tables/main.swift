// Reads a table, or reads and writes it, and prints how long that took and the peak of memory: one JSON object.
//
// Usage: TablesBenchmark read FILE | TablesBenchmark write FILE TARGET
import Foundation
import Tables

func seconds(_ body: () throws -> Void) rethrows -> Double {
    let took = try ContinuousClock().measure(body)
    return Double(took.components.seconds) + Double(took.components.attoseconds) / 1e18
}

/// The most memory that the process has had, in MB; `VmHWM` of Linux.
func peakMemory() throws -> Double {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM") }
    return (line?.split(separator: " ").dropFirst().first).flatMap { Double($0) }.map { $0 / 1024 } ?? .nan
}

let arguments = CommandLine.arguments
var table = DataTable()
let reading = try seconds { table = try DataTable.open(arguments[2]) }
let peak = try peakMemory()
let writing = try arguments[1] == "write" ? seconds { try table.write(to: arguments[3]) } : 0
print("{\"read\": \(reading), \"write\": \(writing), \"peak\": \(peak), \"rows\": \(table.rowCount)}")
