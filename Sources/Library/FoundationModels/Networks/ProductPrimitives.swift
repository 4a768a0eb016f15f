internal import COneDNN
import Synchronization
import Tensors

/// The products that oneDNN has compiled, by shape and number of threads; layers of one shape share them.
final class ProductPrimitives: Sendable {
    static let shared = ProductPrimitives()

    /// Every batch of sentences has its own number of rows; beyond these many shapes the memory starts again.
    private static let capacity = 512
    private let primitives = Mutex<[Key: ProductPrimitive]>([:])

    /// oneDNN divides the work among threads when it compiles a product.
    private struct Key: Hashable {
        let shape: ProductShape
        let threads: Int
    }

    func primitive(for shape: ProductShape, weights: PackedWeights) -> ProductPrimitive {
        let key = Key(shape: shape, threads: threadCount)
        return primitives.withLock { primitives in
            if let known = primitives[key] { return known }
            if primitives.count >= Self.capacity { primitives.removeAll() }
            let primitive = ProductPrimitive(shape, weights: weights.description)
            primitives[key] = primitive
            return primitive
        }
    }
}

/// One compiled product. It has no state of its own that a run would change, hence `@unchecked Sendable`.
final class ProductPrimitive: @unchecked Sendable {
    private let primitive: dnnl_primitive_t?
    private let input: dnnl_memory_desc_t
    private let output: dnnl_memory_desc_t
    private let scratchpad: dnnl_memory_desc_t

    init(_ shape: ProductShape, weights: dnnl_memory_desc_t) {
        input = OneDNN.input(shape)
        output = OneDNN.output(shape)
        let description = OneDNN.productDescription(shape, weights: weights)
        var primitive: dnnl_primitive_t?
        OneDNN.check(dnnl_primitive_create(&primitive, description), "a product of \(shape)")
        scratchpad =
            dnnl_primitive_desc_query_md(description, dnnl_query_scratchpad_md, 0)?.pointee
            ?? dnnl_memory_desc_t()
        dnnl_primitive_desc_destroy(description)
        self.primitive = primitive
    }

    deinit { dnnl_primitive_destroy(primitive) }

    func run(
        _ source: UnsafeMutableRawPointer, weights: PackedWeights, into target: UnsafeMutableRawPointer,
        rows: Int
    ) {
        var inputDescription = input
        var outputDescription = output
        var scratchpadDescription = scratchpad
        var from: dnnl_memory_t?
        var to: dnnl_memory_t?
        var scratch: dnnl_memory_t?
        let engine = OneDNN.shared.engine
        dnnl_memory_create(&from, &inputDescription, engine, source)
        dnnl_memory_create(&to, &outputDescription, engine, target)
        dnnl_memory_create(&scratch, &scratchpadDescription, engine, OneDNN.allocate)
        defer {
            dnnl_memory_destroy(from)
            dnnl_memory_destroy(to)
            dnnl_memory_destroy(scratch)
        }
        var arguments = [
            dnnl_exec_arg_t(arg: DNNL_ARG_SRC, memory: from),
            dnnl_exec_arg_t(arg: DNNL_ARG_WEIGHTS, memory: weights.weight),
            dnnl_exec_arg_t(arg: DNNL_ARG_DST, memory: to),
            dnnl_exec_arg_t(arg: DNNL_ARG_SCRATCHPAD, memory: scratch),
        ]
        if let bias = weights.bias { arguments.append(dnnl_exec_arg_t(arg: DNNL_ARG_BIAS, memory: bias)) }
        let status = dnnl_primitive_execute(
            primitive, OneDNN.shared.stream, Int32(arguments.count), arguments)
        OneDNN.check(status, "a product of \(rows) rows")
    }
}

/// oneDNN's engine for the processor, and the few calls that products need.
///
/// Engine and stream are made once and are safe to use from several threads, hence `@unchecked Sendable`.
final class OneDNN: @unchecked Sendable {
    static let shared = OneDNN()
    /// Tells `dnnl_memory_create` to allocate.
    static var allocate: UnsafeMutableRawPointer? { UnsafeMutableRawPointer(bitPattern: -1) }

    let engine: dnnl_engine_t?
    let stream: dnnl_stream_t?

    private init() {
        var engine: dnnl_engine_t?
        Self.check(dnnl_engine_create(&engine, dnnl_cpu, 0), "an engine")
        var stream: dnnl_stream_t?
        Self.check(
            dnnl_stream_create(&stream, engine, UInt32(dnnl_stream_default_flags.rawValue)), "a stream")
        self.engine = engine
        self.stream = stream
    }

    /// The description of a row-major matrix, or of one whose memory is the transpose.
    static func matrix(_ rows: dnnl_dim_t, _ columns: dnnl_dim_t, transposed: Bool = false)
        -> dnnl_memory_desc_t
    {
        description(rows, columns, transposed ? dnnl_ba : dnnl_ab)
    }

    /// The description of what goes into a product.
    static func input(_ shape: ProductShape) -> dnnl_memory_desc_t {
        description(dnnl_dim_t(shape.rows), dnnl_dim_t(shape.inputs), dnnl_ab, shape.precision)
    }

    /// The description of what comes out of it.
    static func output(_ shape: ProductShape) -> dnnl_memory_desc_t {
        description(dnnl_dim_t(shape.rows), dnnl_dim_t(shape.outputs), dnnl_ab, shape.outputPrecision)
    }

    private static func description(
        _ rows: dnnl_dim_t, _ columns: dnnl_dim_t, _ tag: dnnl_format_tag_t, _ precision: Precision = .float32
    ) -> dnnl_memory_desc_t {
        var description = dnnl_memory_desc_t()
        let numbers = precision == .bfloat16 ? dnnl_bf16 : dnnl_f32
        check(dnnl_memory_desc_init_by_tag(&description, 2, [rows, columns], numbers, tag), "a description")
        return description
    }

    /// The blocking that oneDNN requires for the weights of a product.
    static func packedDescription(_ shape: ProductShape) -> dnnl_memory_desc_t {
        let any = description(
            dnnl_dim_t(shape.inputs), dnnl_dim_t(shape.outputs), dnnl_format_tag_any, shape.precision)
        let product = productDescription(shape, weights: any)
        defer { dnnl_primitive_desc_destroy(product) }
        return dnnl_primitive_desc_query_md(product, dnnl_query_weights_md, 0)?.pointee ?? any
    }

    /// A product with its bias, and what is done to its result before it is written.
    static func productDescription(_ shape: ProductShape, weights: dnnl_memory_desc_t)
        -> dnnl_primitive_desc_t?
    {
        var input = input(shape)
        var output = output(shape)
        var weights = weights
        var bias = matrix(1, dnnl_dim_t(shape.outputs))
        var product = dnnl_matmul_desc_t()
        let status = withUnsafePointer(to: &bias) { bias in
            dnnl_matmul_desc_init(&product, &input, &weights, shape.hasBias ? bias : nil, &output)
        }
        check(status, "a product of \(shape)")
        var operations: dnnl_post_ops_t?
        dnnl_post_ops_create(&operations)
        if shape.accumulates { dnnl_post_ops_append_sum(operations, 1) }
        if let activation = shape.activation {
            let (kind, alpha) = elementwise(activation)
            dnnl_post_ops_append_eltwise(operations, 1, kind, alpha, 0)
        }
        var attributes: dnnl_primitive_attr_t?
        dnnl_primitive_attr_create(&attributes)
        dnnl_primitive_attr_set_post_ops(attributes, operations)
        dnnl_post_ops_destroy(operations)
        // oneDNN's own scratchpad belongs to the thread that made the primitive; a cell runs on its own thread.
        dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user)
        defer { dnnl_primitive_attr_destroy(attributes) }
        var description: dnnl_primitive_desc_t?
        check(
            dnnl_primitive_desc_create(&description, &product, attributes, shared.engine, nil),
            "a product of \(shape)")
        return description
    }

    private static func elementwise(_ activation: TransformerConfiguration.Activation) -> (
        dnnl_alg_kind_t, Float
    ) {
        switch activation {
        case .gelu: (dnnl_eltwise_gelu_erf, 0)
        case .geluTanh: (dnnl_eltwise_gelu_tanh, 0)
        case .quickGELU: (dnnl_eltwise_swish, 1.702)
        case .silu: (dnnl_eltwise_swish, 1)
        case .relu: (dnnl_eltwise_relu, 0)
        }
    }

    /// Copies memory from one layout to another.
    static func reorder(
        from: dnnl_memory_desc_t, _ source: dnnl_memory_t?, to: dnnl_memory_desc_t, _ target: dnnl_memory_t?
    ) {
        var (from, to) = (from, to)
        var description: dnnl_primitive_desc_t?
        check(
            dnnl_reorder_primitive_desc_create(&description, &from, shared.engine, &to, shared.engine, nil),
            "a layout")
        var primitive: dnnl_primitive_t?
        check(dnnl_primitive_create(&primitive, description), "a layout")
        dnnl_primitive_desc_destroy(description)
        let arguments = [
            dnnl_exec_arg_t(arg: DNNL_ARG_FROM, memory: source),
            dnnl_exec_arg_t(arg: DNNL_ARG_TO, memory: target),
        ]
        check(dnnl_primitive_execute(primitive, shared.stream, 2, arguments), "a layout")
        dnnl_primitive_destroy(primitive)
    }

    /// oneDNN refuses only what no caller here can ask for, or runs out of memory.
    static func check(_ status: dnnl_status_t, _ what: @autoclosure () -> String) {
        if status != dnnl_success { fatalError("oneDNN could not make \(what()): status \(status.rawValue)") }
    }
}
