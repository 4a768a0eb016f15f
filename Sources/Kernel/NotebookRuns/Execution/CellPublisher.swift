import Foundation
import JSON
import Jupyter

/// Takes what the kernel publishes for one cell of a notebook, also what comes after its end.
struct CellPublisher: Publisher {
    let cell: Int
    let outputs: CellOutputs
    let live: LiveOutput

    func publish(_ type: String, content: Data, parent: Data?, metadata: Data?, buffers: [Data]) {
        guard let content = try? JSON(keepingNumbersOf: content) else { return }
        let request = parent.flatMap { try? JSON(parsing: $0) }?["msg_id"]?.string ?? ""
        outputs.take(type, content, buffers: buffers, cell: cell, request: request)
        live.take(type, content)
    }
}
