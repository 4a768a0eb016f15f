/// Where the parameters of a network lie in one vector of numbers.
///
/// Weights, gradients, the optimizer's moments and momentum twins are vectors of the same layout, so that sums, steps
/// and copies need not know the network.
struct ParameterTable: Sendable {
    /// How a parameter begins.
    enum Start: Sendable {
        case zeros, ones
        case normal(deviation: Float)
        case constant(Float)
    }

    /// One or several tensors of a file that make one parameter, each the rows after the one before.
    struct Entry: Sendable {
        let names: [String]
        /// The shape of each of the tensors.
        let shape: [Int]
        let offset: Int
        /// Whether the optimizer lets it decay.
        let decays: Bool
        let start: Start
        /// Whether it stays as it is.
        var isFrozen: Bool
        /// Whether the file has outputs x channels x rows x columns, and memory outputs x rows x columns x channels.
        let isConvolution: Bool

        /// The numbers of each of the tensors; of sizes that no memory holds, as many as overflow no sum.
        var partCount: Int {
            shape.reduce(1) { count, extent in
                let (product, isHuge) = count.multipliedReportingOverflow(by: extent)
                return isHuge ? 1 << 44 : min(product, 1 << 44)
            }
        }
        var count: Int { names.count * partCount }
    }

    private(set) var entries: [Entry] = []
    /// The numbers of the vector; each parameter begins at a cache line.
    private(set) var count = 0

    /// Adds a parameter and returns where it begins.
    mutating func add(
        _ names: [String], _ shape: [Int], _ start: Start, decays: Bool = false, isFrozen: Bool = false,
        isConvolution: Bool = false
    ) -> Int {
        let entry = Entry(
            names: names, shape: shape, offset: count, decays: decays, start: start, isFrozen: isFrozen,
            isConvolution: isConvolution)
        entries.append(entry)
        count += (entry.count + 15) / 16 * 16
        return entry.offset
    }

    /// Makes a linear layer of `names`, whose outputs stand side by side; its weights begin as PyTorch's do, but normal.
    mutating func linear(
        _ names: [String], inputs: Int, outputs: Int, hasBias: Bool = true, isFrozen: Bool = false
    ) -> LinearLayer {
        let deviation = 1 / (3 * Float(inputs)).squareRoot()
        let weight = add(
            names.map { $0 + ".weight" }, [outputs / names.count, inputs], .normal(deviation: deviation),
            decays: true, isFrozen: isFrozen)
        let bias =
            hasBias
            ? add(names.map { $0 + ".bias" }, [outputs / names.count], .zeros, isFrozen: isFrozen) : nil
        return LinearLayer(inputs: inputs, outputs: outputs, weight: weight, bias: bias)
    }

    mutating func norm(_ name: String, width: Int, epsilon: Float, isFrozen: Bool = false) -> NormLayer {
        NormLayer(
            width: width, epsilon: epsilon,
            gamma: add([name + ".weight"], [width], .ones, isFrozen: isFrozen),
            beta: add([name + ".bias"], [width], .zeros, isFrozen: isFrozen))
    }

    /// How many numbers are parameters.
    var parameterCount: Int { entries.reduce(0) { $0 + $1.count } }
}
