# JupyterLab with the student's edition of the course: docker build -t mmviz-course . && docker run --rm -p 8888:8888 --cpus 2 mmviz-course
# No image was built yet: its commands were run in a shell without Docker (docs/course/platforms.md).
FROM python:3.11-slim

# a CPU build of torch from another index: docker build --build-arg TORCH_INDEX=URL .
ARG TORCH_INDEX=""
COPY . /src
RUN python -m pip install --no-cache-dir ${TORCH_INDEX:+--index-url "$TORCH_INDEX"} "$(grep ^torch== /src/constraints.txt)" \
 && python -m pip install --no-cache-dir -c /src/constraints.txt "/src[lab,explain,paper]" \
 && useradd --create-home student

USER student
WORKDIR /home/student/work
ENV NUMBA_CACHE_DIR=/home/student/.cache/numba
RUN python -m mmviz course --notebooks /src/notebooks --pages /src/docs/course --out /tmp/course \
 && mv /tmp/course/student/* . && rm -r /tmp/course

EXPOSE 8888
CMD ["python", "-m", "jupyterlab", "--ip=0.0.0.0", "--no-browser", "--ServerApp.jpserver_extensions=mmviz.server=True", "--LabApp.news_url="]
