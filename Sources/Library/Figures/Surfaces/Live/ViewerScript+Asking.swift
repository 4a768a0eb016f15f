extension ViewerScript {
    /// Asks the kernel that made the figure, where the page is Jupyter's and the kernel runs.
    static let asking = #"""
        // Jupyter's server, as its own page knows it; null where this is no page of Jupyter.
        function jupyter() {
            const text = document.getElementById("jupyter-config-data");
            if (!text) return null;
            const config = JSON.parse(text.textContent);
            return {base: new URL((config.baseUrl || "/").replace(/\/?$/, "/"), location.href), token: config.token || ""};
        }

        // The running kernels whose language is Swift: which of them made the figure, its key tells.
        async function kernelsOf(server) {
            const get = async path => {
                const answer = await fetch(new URL("api/" + path, server.base), server.token ? {headers: {Authorization: "token " + server.token}} : {});
                if (!answer.ok) throw new Error("the server answers " + answer.status);
                return answer.json();
            };
            const [sessions, specs] = await Promise.all([get("sessions"), get("kernelspecs")]);
            const isSwift = name => ((specs.kernelspecs[name] || {}).spec || {}).language === "swift";
            return [...new Set(sessions.map(one => one.kernel).filter(kernel => kernel && isSwift(kernel.name)).map(kernel => kernel.id))];
        }

        // One question to one kernel by a comm, and its answer; null where it knows no such figure.
        function ask(server, kernel, question) {
            const name = () => Array.from({length: 4}, () => Math.random().toString(36).slice(2, 10)).join("");
            return new Promise(resolve => {
                const session = name(), comm = name();
                const address = new URL(`api/kernels/${kernel}/channels?session_id=${session}` + (server.token ? "&token=" + encodeURIComponent(server.token) : ""), server.base);
                address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
                const socket = new WebSocket(address);
                const end = answer => { clearTimeout(timer); resolve(answer); socket.close(); };
                // A cell that runs is waited for, but not for ever.
                const timer = setTimeout(() => end(null), 600000);
                socket.onerror = socket.onclose = () => end(null);
                socket.onopen = () => socket.send(JSON.stringify({
                    channel: "shell", parent_header: {}, metadata: {}, buffers: [],
                    header: {msg_id: name(), msg_type: "comm_open", username: "", session, date: new Date().toISOString(), version: "5.3"},
                    content: {comm_id: comm, target_name: "gyrus-courses", data: question}
                }));
                socket.onmessage = event => {
                    if (typeof event.data !== "string") return;
                    const message = JSON.parse(event.data);
                    if (!message.content || message.content.comm_id !== comm) return;
                    const kind = message.msg_type || message.header.msg_type;
                    if (kind === "comm_msg") end(message.content.data); else if (kind === "comm_close") end(null);
                };
            });
        }

        // What a vertex did over time; a string says why it is not known.
        async function vertexCourses(side, vertex) {
            const server = jupyter();
            if (!server) return "In JupyterLab, while its kernel runs, a vertex that is clicked shows its course over time.";
            const question = {key: map.asks.key, side, vertex};
            const answers = await Promise.all((await kernelsOf(server)).map(kernel => ask(server, kernel, question)));
            const answer = answers.find(answer => answer && answer.courses);
            return answer ? answer.courses.map(course => ({title: course.title, values: course.values.map(value => value === null ? NaN : value)}))
                : "No running kernel has the responses of this figure: run its cell again to see the course of a vertex.";
        }
        """#
}
